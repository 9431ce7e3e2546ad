/** A stage in one group: batches in, deltas and numbered outputs out, and all of it thrown away. */

import { describe, expect, test } from 'vitest'
import { type Records, rowsOf } from '../columns/records.ts'
import { weightOf } from '../columns/weight.ts'
import { counts, dedup, filter, keyBy, operator, project, sink } from '../plan/testing/plans.ts'
import { recordsFrom } from '../windows/testing/events.ts'
import { DEAD_LETTERS } from './dead-letters.ts'
import { exchangeName, StageGroup } from './group.ts'
import { clicks, Stage } from './testing/sites.ts'

const sums = operator('sums', 'in', counts('user'))
const numbers = (...all: readonly number[]): Records =>
  recordsFrom(all.map((n, time) => ({ user: 'a', time, n })))

describe('outputs', () => {
  test('are told of each sink, by name, with the number of the first', () => {
    const sinks = [sink('z', 'first'), sink('a', 'first'), sink('few', 'names')]
    const first = [operator('first', 'in', dedup('n')), operator('names', 'first', project('user'))]
    const stage = new Stage(first, { sinks })
    expect(stage.run(0, numbers(7, 8))).toEqual([
      'a 1: 0 a,7; 1 a,8',
      'few 1: 0 a; 1 a',
      'z 1: 0 a,7; 1 a,8',
    ])
    expect(stage.run(0, numbers(8, 9))[0]).toBe('a 3: 1 a,9')
  })

  test('go on with their numbers under another leader', () => {
    const stage = new Stage([operator('first', 'in', dedup('n'))])
    stage.run(0, numbers(1, 2, 3))
    stage.restore()
    expect(stage.run(0, numbers(4))).toEqual(['out 4: 0 a,4'])
  })

  test('of one batch that come in pieces are one', () => {
    const stage = new Stage([operator('first', 'in', dedup('n'))])
    const inputs = [numbers(1), numbers(2), numbers(1)].map(records => ({
      operator: 'first',
      input: 0,
      records,
    }))
    const { outputs } = stage.group.step({ now: 0, watermark: 0, inputs })
    expect(outputs.map(({ to, first, records }) => [to, first, records.size])).toEqual([
      ['out', 1, 2],
    ])
  })

  test('are the same whatever the pieces of a channel, also where branches meet again', () => {
    const branches = [
      operator('first', 'in', dedup('n')),
      operator('large', 'first', filter('n >= 2')),
      { id: 'both', inputs: [{ from: 'first' }, { from: 'large' }], spec: { kind: 'union' } },
    ] as const
    const said = (...pieces: readonly (readonly number[])[]) => {
      let offset = 0
      const inputs = pieces.map(piece => {
        const offsets = Float64Array.from(piece, () => offset++)
        const records = { ...recordsFrom(piece.map(n => ({ user: 'a', time: 0, n }))) }
        return {
          operator: 'first',
          input: 0,
          records: { ...records, origin: { channel: 3, offsets } },
        }
      })
      const stage = new Stage(branches, { sinks: [sink('out', 'both')] })
      const { outputs } = stage.group.step({ now: 0, watermark: 0, inputs })
      return outputs.map(({ records }) => rowsOf(records).map(({ values }) => values[1]))
    }
    expect(said([1, 2, 3])).toEqual([[2, 3, 1, 2, 3]])
    expect(said([1, 2], [3])).toEqual(said([1, 2, 3]))
    expect(said([1], [2], [3])).toEqual(said([1, 2, 3]))
  })

  test('for another stage are numbered under the name of the exchange', () => {
    const stage = new Stage([sums, operator('again', 'sums', counts('size=total'))])
    stage.run(-1, clicks(5))
    expect(stage.run(10)).toEqual(['>again<sums 1: 9 a,0,10,1'])
  })

  test('are none where nothing is said', () => {
    expect(new Stage([sums]).run(0)).toEqual([])
  })

  test('for another stage are named by the side that they leave by, too', () => {
    const key = counts('user').key
    expect(exchangeName({ edge: { from: 'a' }, to: 'b', key })).toBe('>b<a')
    expect(exchangeName({ edge: { from: 'a', side: 'late' }, to: 'b', key })).toBe('>b<a.late')
  })
})

describe('records for another stage', () => {
  const first = operator('first', 'in', dedup('n'))
  const again = operator('again', 'first', counts('m=fail(n)'))

  test('that have no key are dead here, and are not numbered', () => {
    const said = new Stage([first, again]).run(0, numbers(1, -2, 3))
    expect(said.map(one => one.slice(0, 40))).toEqual([
      '>again<first 1: 0 a,1; 2 a,3',
      'dead-letters 1: 1 again,negative,-2 is n',
    ])
  })

  test('that fit no frame are dead here, too', () => {
    const large = recordsFrom([{ user: 'x'.repeat(5 * 2 ** 20), time: 0, n: 1 }])
    const said = new Stage([first, again]).run(0, large)
    expect(said.map(one => one.slice(0, 40))).toEqual(['dead-letters 1: 0 again,results-too-larg'])
  })
})

describe('records that pass', () => {
  const pass = (sink: string, records: Records, channel = 1) => {
    const offsets = Float64Array.from({ length: records.size }, (_, at) => at)
    return { sink, records: { ...records, origin: { channel, offsets } } }
  }

  test('are numbered outputs, among those that operators make, in the order of the inputs', () => {
    const stage = new Stage([operator('first', 'in', dedup('n'))])
    const inputs = [
      pass('out', numbers(7)),
      { operator: 'first', input: 0, records: numbers(7, 7) },
      pass('raw', numbers(9)),
      pass('out', numbers(8, 8), 2),
    ]
    const { outputs } = stage.group.step({ now: 0, watermark: 0, inputs })
    const said = outputs.map(({ to, first, records }) => {
      return [to, first, records.origin, ...rowsOf(records).map(({ values }) => values[1])]
    })
    expect(said).toEqual([
      ['out', 1, undefined, 7, 7, 8, 8],
      ['raw', 1, undefined, 9],
    ])
  })

  test('need no operator at all', () => {
    const { options } = new Stage([operator('first', 'in', dedup('n'))])
    const site = { id: 'stage:in', operators: [], sinks: [], exchanges: [] }
    const group = new StageGroup({ ...options, site })
    const step = (at: number) => {
      return group.step({ now: 0, watermark: at, inputs: [pass('out', numbers(at))] })
    }
    expect([step(1), step(2)].map(({ outputs }) => outputs[0]?.first)).toEqual([1, 2])
    expect([group.wakeAt, group.owes(5, 5)]).toEqual([Infinity, false])
  })
})

describe('speculation', () => {
  test('goes on from batches that are not applied', () => {
    const stage = new Stage([operator('first', 'in', dedup('n'))])
    const sizes = [numbers(1, 2), numbers(2, 3), numbers(3, 4)].map(records => {
      const { outputs } = stage.step(0, records)
      return outputs.map(({ first, records: all }) => [first, all.size])
    })
    expect(sizes).toEqual([[[1, 2]], [[3, 1]], [[4, 1]]])
    expect(stage.group.depth).toBe(3)
    for (let at = 0; at < 3; at++) stage.applyOldest()
    expect(stage.group.depth).toBe(0)
  })

  test('that is thrown away leaves what was applied; the same batch gives the same again', () => {
    const stage = new Stage([sums])
    stage.run(0, clicks(5))
    const first = stage.step(10, clicks(6, 7))
    stage.group.discard()
    expect(stage.group.depth).toBe(0)
    const second = stage.step(10, clicks(6, 7))
    expect(second.delta).toEqual(first.delta)
    expect(second.outputs.map(({ records }) => rowsOf(records))).toEqual(
      first.outputs.map(({ records }) => rowsOf(records)),
    )
  })

  test('is the same whether batches were applied at once or late', () => {
    const batches = [clicks(1, 2), clicks(3, 15), clicks(16), clicks(40)]
    const prompt = new Stage([sums])
    const one = batches.map((records, at) => {
      const { delta } = prompt.step(10 * at, records)
      prompt.applyOldest()
      return delta
    })
    const tardy = new Stage([sums])
    const other = batches.map((records, at) => tardy.step(10 * at, records).delta)
    expect(other).toEqual(one)
  })

  test('ends where too many batches are not applied', () => {
    const stage = new Stage([sums])
    for (let at = 0; at < 4; at++) stage.step(at)
    expect(() => stage.step(5)).toThrow('speculation-is-bounded')
  })
})

describe('what is due', () => {
  const users = (count: number) =>
    recordsFrom(Array.from({ length: count }, (_, at) => ({ user: `u${at}`, time: 5, n: at })))

  test('is told in as many batches as it takes, each record once', () => {
    const stage = new Stage([sums], { rowsDueMax: 10 })
    stage.run(0, users(100))
    const told: string[] = []
    let batches = 0
    do {
      told.push(...stage.run(10).flatMap(line => line.split(': ')[1]?.split('; ') ?? []))
      stage.restore()
      batches++
    } while (stage.group.owes(10, 0))
    expect([told.length, new Set(told).size]).toEqual([100, 100])
    expect(batches).toBeGreaterThan(5)
    expect(stage.group.owes(10, 0)).toBe(false)
  })

  test('comes before any other input', () => {
    const stage = new Stage([sums], { rowsDueMax: 1 })
    stage.run(0, users(20))
    stage.run(10)
    expect(stage.group.owes(10, 0)).toBe(true)
    expect(() => stage.step(10, users(1))).toThrow('debts-come-first')
  })
})

describe('records that fail', () => {
  const failing = operator('sums', 'in', {
    ...counts('user'),
    aggregates: [{ name: 's', fn: 'sum', args: ['fail(n)'], distinct: false }],
  })

  test('go to the dead letters, numbered like any output', () => {
    const stage = new Stage([failing])
    const [line] = stage.run(0, numbers(-1, 2, -3))
    expect(line).toMatch(/^dead-letters 1: 0 sums,negative,-1 is negative,,,{"user":"a","n":-1}/)
    expect(stage.run(0, numbers(-4))[0]).toMatch(/^dead-letters 3: /)
  })

  test('are counted where they are to be skipped', () => {
    const stage = new Stage([failing], { errors: 'skip' })
    expect(stage.run(0, numbers(-1, 2, -3))).toEqual([])
    expect(stage.group.skippedCount).toBe(2)
  })

  test('stop the job where it is to fail, and nothing of the batch is left', () => {
    const stage = new Stage([failing], { errors: 'fail' })
    expect(() => stage.step(0, numbers(2, -3))).toThrow(/negative: sums: -3 is negative; the job/)
    stage.group.discard()
    expect(stage.run(10, numbers(4))).toEqual(['out 1: 9 a,0,10,4'])
  })
})

describe('a batch', () => {
  test('takes rows of others into its delta', () => {
    const stage = new Stage([sums])
    const row = { key: Uint8Array.of(0, 0, 0, 0, 7), value: Uint8Array.of(1, 2) }
    stage.deltas.push(stage.group.step({ now: 0, watermark: 0, inputs: [], rows: [row] }).delta)
    stage.applyOldest()
    expect(stage.store.get(row.key)).toEqual(row.value)
  })

  test('counts what is too late and goes nowhere', () => {
    const stage = new Stage([sums])
    stage.run(50)
    stage.run(50, clicks(1, 2, 60))
    expect(stage.group.lateCount).toBe(2)
  })

  test('wakes the group when time by the clock ends a window', () => {
    const window = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'processing' } as const
    const stage = new Stage([operator('sums', 'in', { ...counts('user'), window })])
    expect(stage.group.wakeAt).toBe(Number.POSITIVE_INFINITY)
    stage.run(0, clicks(5), 13)
    expect(stage.group.wakeAt).toBe(20)
    expect(stage.run(0, undefined, 19)).toEqual([])
    expect(stage.run(0, undefined, 20)).toEqual(['out 1: 19 a,10,20,1'])
    expect(stage.group.wakeAt).toBe(Number.POSITIVE_INFINITY)
  })

  test('in a group of some slots keeps its rows among them', () => {
    const slots = { from: 512, to: 1024 }
    const stage = new Stage([operator('first', 'in', dedup()), operator('b', 'first', filter())], {
      slots,
    })
    stage.run(3, numbers(1))
    const places: number[] = []
    const rows = stage.store.scan({})
    while (rows.next()) places.push(((rows.key[2] as number) << 8) | (rows.key[3] as number))
    // How far outputs are counted, and operators have come, lies in the first slot of the group,
    // and so do the numbers of three tables.
    expect(places.length).toBe(3 + 3)
    expect(places.filter(slot => slot === slots.from)).toHaveLength(2 + 3)
  })
})

describe('a batch that makes too much', () => {
  const limits = { rows: 5, bytes: 1e6, leavingBytes: 1e6, evaluationBytes: 1e6 }

  test('says what there is room for; other records are dead letters, and the next is new', () => {
    const operators = [operator('first', 'in', { kind: 'key-by', key: keyBy('user') })]
    const stage = new Stage(operators, { limits })
    const told = stage.run(3, numbers(1, 2, 3, 4, 5, 6, 7)).join('\n')
    expect(told.match(/first,batch-too-large/g)).toHaveLength(2)
    expect(stage.run(3, numbers(8, 9)).join('\n')).toMatch(/^out 6: /)
  })

  test('for many sinks together says what one entry has room for', () => {
    const leavingBytes = 2000
    const names = Array.from({ length: 20 }, (_, at) => `to ${at}`)
    const sinks = names.map((name, at) => sink(name, at % 2 === 0 ? 'first' : 'names'))
    const first = [operator('first', 'in', dedup('n')), operator('names', 'first', project('user'))]
    const stage = new Stage(first, { sinks, limits: { ...limits, leavingBytes } })
    const { outputs } = stage.step(3, numbers(1, 2, 3, 4, 5))
    const [letters, ...said] = outputs
    expect(letters?.to).toBe(DEAD_LETTERS)
    expect(letters?.records.size).toBeGreaterThan(0)
    expect(said.length).toBeGreaterThan(0)
    const bytes = said.reduce((sum, { records }) => sum + weightOf(records), 0)
    expect(bytes).toBeLessThanOrEqual(leavingBytes)
    stage.applyOldest()
    expect(stage.run(3, numbers(6))).toHaveLength(20)
  })
})
