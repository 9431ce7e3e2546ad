/** The order of duties in a turn, and what a turn wakes itself. */

import { describe, expect, it } from 'vitest'
import type { Write } from '../ready.ts'
import { asGroup, ManualClock } from './testing/world.ts'
import { Turn } from './turn.ts'
import type { Woken } from './works.ts'

const write = (number: number): Write => ({
  ...{ number, chunk: undefined, install: undefined, hardState: undefined },
  ...{ entries: [], compact: undefined, sync: true },
})

function started() {
  const clock = new ManualClock()
  const told: string[] = []
  const work = { slices: 0, took: [] as number[], onMachines: () => {} }
  const turn = new Turn({
    clock,
    flush: () => told.push('flush'),
    write: (group, { number }) => told.push(`write ${group} ${number}`),
    gather: body => {
      told.push('begin')
      body()
    },
    runMachines: () => {
      told.push('machines')
      work.onMachines()
      return work.slices-- > 0
    },
    pumpImages: () => told.push('images'),
    onTurn: tookMs => work.took.push(tookMs),
  })
  const woken = (name: string, onSettle: () => void = () => {}): Woken => ({
    isWoken: false,
    isClosed: false,
    settle: () => {
      told.push(name)
      onSettle()
    },
  })
  return { clock, told, turn, woken, work }
}

describe('a turn', () => {
  it('does all duties in their order, of each group once', () => {
    const { clock, told, turn, woken } = started()
    const a = woken('a', () => turn.write(asGroup(1), write(1)))
    const b = woken('b', () => turn.write(asGroup(2), write(7)))
    turn.wake(a)
    turn.wake(b)
    turn.wake(a)
    turn.answer(() => told.push('answer'))
    expect(told).toEqual([])
    clock.pass(0)
    expect(told).toEqual([
      ...['a', 'b', 'flush', 'begin', 'write 1 1', 'write 2 7', 'answer', 'machines', 'images'],
    ])
    expect(clock.pending).toBe(0)
  })

  it('answers before machines work, which may throw away what was read, and behind them', () => {
    const { clock, told, turn, woken, work } = started()
    const group = woken('read', () => {
      turn.answer(() => told.push('seen'))
    })
    work.onMachines = () => {
      if (told.filter(line => line === 'machines').length === 1) {
        turn.answer(() => told.push('done'))
      }
    }
    turn.wake(group)
    clock.pass(0)
    expect(told).toEqual(['read', 'flush', 'seen', 'machines', 'done', 'images'])
  })

  it('also does what it wakes itself', () => {
    const { clock, told, turn, woken } = started()
    const again = woken('again')
    turn.wake(woken('first', () => turn.wake(again)))
    clock.pass(0)
    expect(told.filter(line => line === 'first' || line === 'again')).toEqual(['first', 'again'])
    expect(clock.pending).toBe(0)
  })

  it('lets callers call again from within an answer', () => {
    const { clock, told, turn, woken } = started()
    const group = woken('proposed')
    turn.answer(() => turn.wake(group))
    clock.pass(0)
    expect(told).toContain('proposed')
  })

  it('gives an answer that an answer made, in a later round or turn', () => {
    const { clock, turn } = started()
    let heard = 0
    turn.answer(() => turn.answer(() => heard++))
    clock.pass(0)
    expect(heard).toBe(1)
  })

  it('ends in any case, so that the world is heard', () => {
    const { clock, told, turn, woken } = started()
    const restless: Woken = woken('on', () => turn.wake(restless))
    turn.wake(restless)
    let turns = 0
    clock.after(0, () => turns++)
    // The timer above was set behind that of the turn and must come between two of them.
    const before = told.length
    clock.after(0, () => turn.stop())
    clock.pass(0)
    expect(turns).toBe(1)
    expect(told.length).toBeGreaterThan(before)
    expect(clock.pending).toBe(0)
  })

  it('comes again when the machines have more to do, with the world between', () => {
    const { clock, told, turn, woken, work } = started()
    work.slices = 2
    turn.wake(woken('a'))
    let at = 0
    clock.after(0, () => {
      at = told.filter(line => line === 'machines').length
    })
    clock.pass(0)
    expect(at).toBe(1)
    expect(told.filter(line => line === 'machines')).toHaveLength(3)
    expect(work.took).toHaveLength(3)
  })

  it('passes over a group that has closed', () => {
    const { clock, told, turn, woken } = started()
    turn.wake({ ...woken('gone'), isClosed: true })
    clock.pass(0)
    expect(told).not.toContain('gone')
  })

  it('once stopped, still gives the answers that are owed', () => {
    const { clock, told, turn, woken } = started()
    turn.wake(woken('never'))
    turn.answer(() => told.push('owed'))
    turn.stop()
    expect(told).toEqual(['owed'])
    turn.answer(() => told.push('late'))
    expect(told).toEqual(['owed'])
    clock.pass(0)
    expect(told).toEqual(['owed', 'late'])
  })
})
