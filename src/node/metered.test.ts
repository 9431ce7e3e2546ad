/** What is measured changes nothing of what is done. */

import { expect, test } from 'vitest'
import { diskContract } from '../../chaos/sim/contract/disk.ts'
import type { Clock } from '../base/env.ts'
import type { ByteSource, Piece } from '../base/source.ts'
import { realClock } from '../io/clock.ts'
import { FolderDisk } from '../io/disk.ts'
import { Counting } from '../io/testing/counting-disk.ts'
import { tempFolder } from '../io/testing/folder.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import { noMembers } from '../raft/members/members.ts'
import type { Entry } from '../raft/types.ts'
import { meteredDisk } from './metered-disk.ts'
import { MeteredMachine } from './metered-machine.ts'

diskContract('a disk whose syncs are measured', () => {
  const counting = new Counting()
  const meter = { onSync: () => {} }
  const disk = counting.disk(meteredDisk(new FolderDisk(tempFolder()), realClock, meter))
  return { disk, settled: () => counting.settled() }
})

/** Each look at it is 5 ms later. */
function tickingClock(): Clock {
  let nowMs = 0
  return {
    ...realClock,
    monotonicMs() {
      nowMs += 5
      return nowMs
    },
  }
}

test('each sync is measured, also one that fails', async () => {
  const measured: number[] = []
  const disk = meteredDisk(new FolderDisk(tempFolder()), tickingClock(), {
    onSync: ms => measured.push(ms),
  })
  const file = disk.append('a')
  const sync = () => new Promise(resolve => file.sync(resolve))
  expect(await sync()).toBeUndefined()
  expect(await sync()).toBeUndefined()
  expect(measured).toEqual([5, 5])
  await new Promise(resolve => file.close(resolve))
})

class ToldMachine implements GroupMachine {
  readonly appliedIndex = 7
  readonly calls: string[] = []
  readonly pieces: Piece[] = [{ kind: 'bytes', bytes: Uint8Array.of(1) }, { kind: 'end' }]

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    this.calls.push(`apply ${entries.length}`)
    done(entries.map(entry => entry.index))
  }

  cut(): ByteSource {
    this.calls.push('cut')
    return {
      next: done => done(this.pieces.shift() ?? { kind: 'broken', why: 'over' }),
      close: () => this.calls.push('source closed'),
    }
  }

  restore(_image: unknown, _source: ByteSource, done: (isWhole: boolean) => void): void {
    this.calls.push('restore')
    done(true)
  }

  close(done: () => void): void {
    this.calls.push('close')
    done()
  }
}

test('applies and images are measured and passed on', () => {
  const inner = new ToldMachine()
  const measured: string[] = []
  const machine = new MeteredMachine(inner, tickingClock(), {
    onApply: ms => measured.push(`apply ${ms}`),
    onImage: ms => measured.push(`image ${ms}`),
  })
  expect(machine.appliedIndex).toBe(7)
  const entry: Entry = { index: 8, term: 1, kind: 'term', data: new Uint8Array(0) }
  const results: unknown[] = []
  machine.apply([entry], found => results.push(...found))
  expect(results).toEqual([8])
  const source = machine.cut()
  const kinds: string[] = []
  source.next(piece => kinds.push(piece.kind))
  expect(measured).toEqual(['apply 5'])
  source.next(piece => kinds.push(piece.kind))
  source.close()
  expect(kinds).toEqual(['bytes', 'end'])
  expect(measured).toEqual(['apply 5', 'image 5'])
  const image = { index: 1, term: 1, members: noMembers, membersIndex: 0, chain: 0 }
  machine.restore(image, source, isWhole => results.push(isWhole))
  machine.close(() => results.push('closed'))
  expect(results).toEqual([8, true, 'closed'])
  expect(inner.calls).toEqual(['apply 1', 'cut', 'source closed', 'restore', 'close'])
})
