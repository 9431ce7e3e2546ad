/**
 * What any body of the Disk door must do. A rig may need time until a call back came: `settled`
 * waits for it. Bodies that can lose power also show what is left then.
 */

import { describe, expect, test } from 'vitest'
import type { Disk, DiskAnswer, DiskErrorCode } from '../../../src/base/env.ts'

export interface DiskRig {
  readonly disk: Disk
  /** All that was asked for so far is answered. */
  settled(): Promise<void>
  /** What was not synced may be lost. Missing: this body cannot do that. */
  cutPower?(): void
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

class Asked {
  readonly #rig: DiskRig

  constructor(rig: DiskRig) {
    this.#rig = rig
  }

  async done(ask: (done: (error?: DiskErrorCode) => void) => void): Promise<string> {
    let said: string | undefined
    ask(error => {
      said = error ?? 'ok'
    })
    await this.#rig.settled()
    return said ?? 'nothing was said'
  }

  async value<T>(ask: (done: (answer: DiskAnswer<T>) => void) => void): Promise<T | string> {
    let said: T | string = 'nothing was said'
    ask(answer => {
      said = answer.error ?? answer.value
    })
    await this.#rig.settled()
    return said
  }

  /** Writes a file, syncs it and its name. */
  async keep(name: string, content: Uint8Array): Promise<void> {
    const { disk } = this.#rig
    const file = disk.append(name)
    await this.done(done => file.write(content, done))
    await this.done(done => file.sync(done))
    await this.done(done => disk.syncFolder(done))
  }
}

export function diskContract(name: string, makeRig: () => DiskRig): void {
  describe(`${name} keeps the contract of the Disk door`, () => {
    nameRules(makeRig)
    contentRules(makeRig)
    partRules(makeRig)
    if (makeRig().cutPower !== undefined) powerRules(makeRig)
  })
}

function nameRules(makeRig: () => DiskRig): void {
  test('an empty folder has no names', async () => {
    const rig = makeRig()
    expect(await new Asked(rig).value(done => rig.disk.list(done))).toEqual([])
  })

  test('a file that is not there cannot be read, cut, renamed or removed', async () => {
    const rig = makeRig()
    const { disk } = rig
    const asked = new Asked(rig)
    expect(await asked.value(done => disk.read('a', done))).toBe('no-such-file')
    expect(await asked.done(done => disk.truncate('a', 0, done))).toBe('no-such-file')
    expect(await asked.done(done => disk.rename('a', 'b', done))).toBe('no-such-file')
    expect(await asked.done(done => disk.remove('a', done))).toBe('no-such-file')
  })

  test('names are listed in order, and follow rename and remove', async () => {
    const rig = makeRig()
    const { disk } = rig
    const asked = new Asked(rig)
    for (const name of ['b', 'c', 'a']) await asked.keep(name, bytes(1))
    expect(await asked.value(done => disk.list(done))).toEqual(['a', 'b', 'c'])
    expect(await asked.done(done => disk.rename('a', 'd', done))).toBe('ok')
    expect(await asked.done(done => disk.remove('b', done))).toBe('ok')
    expect(await asked.value(done => disk.list(done))).toEqual(['c', 'd'])
  })

  test('a rename takes the place of what had the name', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1))
    await asked.keep('b', bytes(2))
    await asked.done(done => rig.disk.rename('a', 'b', done))
    expect(await asked.value(done => rig.disk.list(done))).toEqual(['b'])
    expect(await asked.value(done => rig.disk.read('b', done))).toEqual(bytes(1))
  })
}

function contentRules(makeRig: () => DiskRig): void {
  test('bytes are appended in the order of the calls, across openings too', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const file = rig.disk.append('a')
    file.write(bytes(1, 2), () => {})
    file.write(bytes(3), () => {})
    expect(await asked.done(done => file.sync(done))).toBe('ok')
    expect(await asked.done(done => file.close(done))).toBe('ok')
    await asked.keep('a', bytes(4))
    expect(await asked.value(done => rig.disk.read('a', done))).toEqual(bytes(1, 2, 3, 4))
  })

  test('what was written is the writer’s to use again', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const buffer = bytes(1, 2)
    const file = rig.disk.append('a')
    expect(await asked.done(done => file.write(buffer, done))).toBe('ok')
    buffer.fill(9)
    expect(await asked.value(done => rig.disk.read('a', done))).toEqual(bytes(1, 2))
  })

  test('a cut file ends where it was cut, and grows from there', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1, 2, 3))
    expect(await asked.done(done => rig.disk.truncate('a', 1, done))).toBe('ok')
    await asked.keep('a', bytes(7))
    expect(await asked.value(done => rig.disk.read('a', done))).toEqual(bytes(1, 7))
  })
}

function partRules(makeRig: () => DiskRig): void {
  const wanted: readonly (readonly [number, number, number[]])[] = [
    [0, 2, [1, 2]],
    [1, 2, [2, 3]],
    [2, 9, [3]],
    [3, 1, []],
    [7, 2, []],
    [1, 0, []],
  ]
  test.each(wanted)('a part from %i of %i bytes, as far as the file goes', async (...asks) => {
    const [offset, sizeBytes, content] = asks
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1, 2, 3))
    const part = { offset, sizeBytes }
    expect(await asked.value(done => rig.disk.readPart('a', part, done))).toEqual(bytes(...content))
  })

  test('a part of a file that is not there cannot be read', async () => {
    const rig = makeRig()
    const part = { offset: 0, sizeBytes: 1 }
    const asked = new Asked(rig)
    expect(await asked.value(done => rig.disk.readPart('a', part, done))).toBe('no-such-file')
  })

  test('a file is read under the name that it was given before', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1, 2))
    rig.disk.rename('a', 'b', () => {})
    const part = { offset: 1, sizeBytes: 1 }
    expect(await asked.value(done => rig.disk.readPart('b', part, done))).toEqual(bytes(2))
  })

  test('an open file goes on under its new name', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    const file = rig.disk.append('a')
    await asked.done(done => file.write(bytes(1), done))
    await asked.done(done => rig.disk.rename('a', 'b', done))
    await asked.done(done => file.write(bytes(2), done))
    expect(await asked.value(done => rig.disk.read('b', done))).toEqual(bytes(1, 2))
    expect(await asked.done(done => file.close(done))).toBe('ok')
  })

  test('no completion comes before its call has returned', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1))
    let isInside = true
    let early = 0
    const note = () => {
      if (isInside) early++
    }
    const file = rig.disk.append('a')
    file.write(bytes(), note)
    file.sync(note)
    file.close(note)
    rig.disk.list(note)
    rig.disk.read('a', note)
    rig.disk.readPart('a', { offset: 0, sizeBytes: 0 }, note)
    rig.disk.rename('x', 'y', note)
    rig.disk.remove('x', note)
    rig.disk.truncate('x', 0, note)
    rig.disk.syncFolder(note)
    isInside = false
    await rig.settled()
    expect(early).toBe(0)
  })
}

function powerRules(makeRig: () => DiskRig): void {
  test('synced bytes under a synced name outlive a power cut', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1, 2, 3))
    rig.cutPower?.()
    expect(await asked.value(done => rig.disk.read('a', done))).toEqual(bytes(1, 2, 3))
  })

  test('a renamed file outlives it under its new name once the folder is synced', async () => {
    const rig = makeRig()
    const asked = new Asked(rig)
    await asked.keep('a', bytes(1))
    await asked.done(done => rig.disk.rename('a', 'b', done))
    await asked.done(done => rig.disk.syncFolder(done))
    rig.cutPower?.()
    expect(await asked.value(done => rig.disk.list(done))).toEqual(['b'])
  })

  test('what was under way when the power went is never answered', async () => {
    const rig = makeRig()
    let answers = 0
    const file = rig.disk.append('a')
    file.write(bytes(1), () => answers++)
    file.sync(() => answers++)
    rig.cutPower?.()
    await rig.settled()
    expect(answers).toBe(0)
  })
}
