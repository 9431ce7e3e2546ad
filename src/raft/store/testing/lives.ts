/** Stores on a disk of tests: opened at once, or step by step until the power goes. */

import { invariant } from '../../../base/errors.ts'
import { nodeId } from '../../../base/ids.ts'
import type { Prng } from '../../../base/prng.ts'
import type { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { openStore, type StoreAnswer, type StoreOptions } from '../opening.ts'
import type { LogStore } from '../store.ts'
import { drain, type Fleet, imageBytes } from './fleet.ts'

/** Small, so that little is written until segments follow one another and go. */
export const options: StoreOptions = {
  cluster: 'c',
  node: nodeId('n1'),
  store: 's1',
  mayMake: true,
  limits: {
    segmentBytes: 20_000,
    logBytesMax: 60_000,
    segmentsMax: 8,
    frameBytesMax: 6000,
    imageSyncBytes: 70_000,
  },
}

export function open(disk: CrashDisk, changed: Partial<StoreOptions> = {}): StoreAnswer {
  const answers: StoreAnswer[] = []
  openStore(disk, { ...options, ...changed }, answer => answers.push(answer))
  disk.settle()
  const [answer] = answers
  invariant(answer !== undefined && answers.length === 1, 'one answer comes', answers.length)
  return answer
}

export function mustOpen(disk: CrashDisk, changed: Partial<StoreOptions> = {}): LogStore {
  const { store, refused } = open(disk, changed)
  invariant(store !== undefined, 'the store opens', refused?.message)
  return store
}

/** The code of a refusal; its sentence must say more than the code. */
export function mustRefuse(disk: CrashDisk, changed: Partial<StoreOptions> = {}): string {
  const { refused } = open(disk, changed)
  invariant(refused !== undefined, 'the store is refused')
  invariant(refused.message.includes('; '), 'the refusal says what to do', refused.message)
  return refused.code
}

/** An opening during which the power goes. */
export function dieWhileOpening(disk: CrashDisk, prng: Prng, stepsMax: number): CrashDisk {
  openStore(disk, options, () => {})
  for (let left = prng.below(stepsMax); left > 0; left--) disk.step()
  return disk.crash(prng)
}

/** Opens and checks what is found against the fleet's memory, images too. */
export function reopen(disk: CrashDisk, fleet: Fleet): LogStore {
  const store = mustOpen(disk)
  const trouble = fleet.adopt(store)
  invariant(trouble === undefined, 'what was promised is found', trouble)
  for (const { group, stored } of store.groups.values()) {
    const { index } = stored.image
    if (index > 0) {
      const found = readImage(disk, store, group, index)
      const wanted = imageBytes(group, index)
      const isWhole = typeof found !== 'string' && Buffer.compare(found, wanted) === 0
      invariant(isWhole, 'the image on record is whole', `group ${group}, index ${index}`)
    }
  }
  return store
}

export function readImage(
  disk: CrashDisk,
  store: LogStore,
  ...[group, index]: Parameters<LogStore['openImage']>
): Uint8Array | string {
  const source = store.openImage(group, index)
  if (source === undefined) return 'there is none'
  let found: Uint8Array | string = 'nothing was said'
  drain(source, bytes => {
    found = bytes
  })
  disk.settle()
  return found
}
