/** A disk and a machine that are measured do what they did, and what they took is told. */

import { expect, test } from 'vitest'
import { diskContract } from '../../chaos/sim/contract/disk.ts'
import type { AppendFile, Disk, DiskErrorCode } from '../base/env.ts'
import { realClock } from '../io/clock.ts'
import { FolderDisk } from '../io/disk.ts'
import { Counting } from '../io/testing/counting-disk.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { ListMachine } from '../raft/host/testing/machine.ts'
import { joined } from '../raft/host/testing/source.ts'
import { ManualClock } from '../raft/host/testing/world.ts'
import { noMembers } from '../raft/members/members.ts'
import type { Entry } from '../raft/types.ts'
import { meteredDisk } from './metered-disk.ts'
import { MeteredMachine } from './metered-machine.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

const done = (ask: (end: (error: DiskErrorCode | undefined) => void) => void) =>
  new Promise<DiskErrorCode | undefined>(resolve => ask(resolve))

diskContract('a disk whose syncs are measured', () => {
  const counting = new Counting()
  const disk = meteredDisk(new FolderDisk(tempFolder()), realClock, { onSync: () => {} })
  return { disk: counting.disk(disk), settled: () => counting.settled() }
})

test('syncs of files are measured, and nothing else: no commit waits for the rest', async () => {
  const syncs: number[] = []
  const clock = new ManualClock()
  const disk = meteredDisk(new FolderDisk(tempFolder()), clock, { onSync: ms => syncs.push(ms) })
  const file = disk.append('one')
  expect(await done(end => file.write(utf8('hello world'), end))).toBeUndefined()
  expect(syncs).toEqual([])
  for (const all of [[0], [0, 0]]) {
    expect(await done(end => file.sync(end))).toBeUndefined()
    expect(syncs).toEqual(all)
  }
  expect(await done(end => file.close(end))).toBeUndefined()
  expect(await done(end => disk.syncFolder(end))).toBeUndefined()
  expect(syncs).toHaveLength(2)
})

/** A real disk whose syncs end when the test says so. */
function slowDisk(clock: ManualClock, ms: number, error?: DiskErrorCode): Disk {
  const real: Disk = new FolderDisk(tempFolder())
  return {
    ...real,
    append(name): AppendFile {
      const file = real.append(name)
      return { ...file, sync: end => void clock.after(ms, () => end(error)) }
    },
  }
}

test('a sync is measured from its call to its answer, several at a time', () => {
  const clock = new ManualClock()
  const syncs: number[] = []
  const disk = meteredDisk(slowDisk(clock, 30), clock, { onSync: ms => syncs.push(ms) })
  const file = disk.append('one')
  const answers: string[] = []
  file.sync(() => answers.push('first'))
  clock.pass(10)
  file.sync(() => answers.push('second'))
  clock.pass(20)
  expect([syncs, answers]).toEqual([[30], ['first']])
  clock.pass(10)
  expect([syncs, answers]).toEqual([
    [30, 30],
    ['first', 'second'],
  ])
})

test('a sync that fails took its time too, and its error is told', () => {
  const clock = new ManualClock()
  const syncs: number[] = []
  const disk = meteredDisk(slowDisk(clock, 7, 'io-error'), clock, { onSync: ms => syncs.push(ms) })
  const errors: unknown[] = []
  disk.append('one').sync(error => errors.push(error))
  clock.pass(7)
  expect([syncs, errors]).toEqual([[7], ['io-error']])
})

const entry = (index: number, text: string): Entry => ({
  index,
  term: 1,
  kind: 'data',
  data: utf8(text),
})

function metered() {
  const clock = new ManualClock()
  const inner = new ListMachine(clock)
  const applies: number[] = []
  const images: number[] = []
  const meter = {
    onApply: (ms: number) => applies.push(ms),
    onImage: (ms: number) => images.push(ms),
  }
  return { clock, inner, applies, images, machine: new MeteredMachine(inner, clock, meter) }
}

test('an apply is measured to its answer, within the call or later', () => {
  const { clock, inner, applies, machine } = metered()
  const results: unknown[] = []
  inner.workMs = 5
  machine.apply([entry(1, 'a'), entry(2, 'b')], all => results.push(...all))
  expect([applies, results]).toEqual([[10], ['did a', 'did b']])
  inner.workMs = 0
  inner.laterMs = 40
  machine.apply([entry(3, 'c')], all => results.push(...all))
  expect(applies).toEqual([10])
  clock.pass(40)
  expect(applies).toEqual([10, 40])
  expect(results).toEqual(['did a', 'did b', 'did c'])
  expect(machine.appliedIndex).toBe(3)
})

test('an image is measured when its last byte is taken, and is whole', () => {
  const { clock, inner, images, machine } = metered()
  machine.apply([entry(1, 'a')], () => {})
  const source = machine.cut()
  clock.stall(12)
  let bytes: Uint8Array | undefined
  joined(source, all => {
    bytes = all
  })
  expect(images).toEqual([12])
  const image = { index: 1, term: 1, members: noMembers, membersIndex: 0, chain: 0 }
  const twin = metered()
  const whole: boolean[] = []
  const from = { at: bytes }
  twin.machine.restore(
    image,
    {
      next(tell) {
        const [piece, rest] = [from.at, undefined]
        from.at = rest
        tell(piece === undefined ? { kind: 'end' } : { kind: 'bytes', bytes: piece })
      },
      close() {},
    },
    isWhole => whole.push(isWhole),
  )
  expect(whole).toEqual([true])
  expect(twin.machine.appliedIndex).toBe(1)
  expect(twin.inner.data).toEqual(inner.data)
})

test('an image that nobody reads to its end is not measured', () => {
  const { images, machine, inner } = metered()
  machine.apply([entry(1, 'a')], () => {})
  let isAsked = false
  machine.beforeCut(() => {
    isAsked = true
  })
  expect(isAsked).toBe(true)
  const source = machine.cut()
  source.next(() => {})
  source.close()
  expect(images).toEqual([])
  machine.close(() => {})
  expect(inner.isClosed).toBe(true)
})
