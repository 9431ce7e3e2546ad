/**
 * What any body of the BlobStore door must do. Each test has its own keys, under a name of its own,
 * so that one store may serve them all.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  BlobAnswer,
  BlobDone,
  BlobErrorCode,
  BlobList,
  BlobPart,
  BlobStore,
  PutCondition,
} from '../../../src/base/blob-store.ts'
import { utf8Of } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'

export interface BlobStoreRig {
  /** One more client of the same store. */
  client(): BlobStore
  /** Letters and digits that no key has begun with. */
  name(): string
  /** Lets time pass until this holds; fails if it never will. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Stands for keys that were not listed; it is none itself. */
const MORE = '..'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const whole = (text: string, size: number): Uint8Array => utf8Of(text.repeat(size))

/** Short to compare and to print. */
const printed = (found: Uint8Array | string): string =>
  typeof found === 'string' ? found : `${found.length} bytes, ${crc32c(found)}`

/** A client whose calls are promises; what they say is a value, or the code of an error. */
class Caller {
  readonly rig: BlobStoreRig
  readonly store: BlobStore
  /** Under which the test's keys are. */
  readonly under: string

  constructor(rig: BlobStoreRig, under = rig.name()) {
    this.rig = rig
    this.store = rig.client()
    this.under = under
  }

  /** Another client, under the same name. */
  other(): Caller {
    return new Caller(this.rig, this.under)
  }

  key(rest: string): string {
    return `${this.under}/${rest}`
  }

  async told<T>(ask: (done: BlobDone<T>) => void): Promise<T | BlobErrorCode> {
    const answers: BlobAnswer<T>[] = []
    ask(answer => answers.push(answer))
    await this.rig.until(() => answers.length > 0)
    const [answer] = answers
    if (answer === undefined) throw new Error('nobody answers')
    if (answer.error === undefined) return answer.value
    expect(answer.error.message).toMatch(/\w+ \w+/)
    return answer.error.code
  }

  async put(key: string, content: Uint8Array, condition: PutCondition = 'any'): Promise<string> {
    const told = await this.told<void>(done => {
      this.store.put(this.key(key), content, condition, done)
    })
    return told ?? 'ok'
  }

  get(key: string): Promise<Uint8Array | BlobErrorCode> {
    return this.told(done => this.store.get(this.key(key), done))
  }

  part(key: string, part: BlobPart): Promise<Uint8Array | BlobErrorCode> {
    return this.told(done => this.store.getPart(this.key(key), part, done))
  }

  async remove(key: string): Promise<string> {
    return (await this.told<void>(done => this.store.remove(this.key(key), done))) ?? 'ok'
  }

  /** Keys without the name that all have in common. */
  async list(prefix = '', { after = '', limit = 1000 } = {}): Promise<readonly string[]> {
    const behind = after === '' ? '' : this.key(after)
    const request = { prefix: this.key(prefix), after: behind, limit }
    const told = await this.told<BlobList>(done => this.store.list(request, done))
    if (typeof told === 'string') throw new Error(told)
    const keys = told.blobs.map(({ key }) => key.slice(this.under.length + 1))
    return told.isMore ? [...keys, MORE] : keys
  }
}

export function blobStoreContract(
  name: string,
  makeRig: () => BlobStoreRig | Promise<BlobStoreRig>,
): void {
  describe(`${name} keeps the contract of the BlobStore door`, () => {
    let caller: Caller
    beforeEach(async () => {
      caller = new Caller(await makeRig())
    })
    afterEach(() => caller.rig.close())
    const theCaller = () => caller
    contentRules(theCaller)
    conditionRules(theCaller)
    partRules(theCaller)
    listRules(theCaller)
    keyRules(theCaller)
    answerRules(theCaller)
  })
}

function contentRules(theCaller: () => Caller): void {
  const contents: readonly (readonly [string, Uint8Array])[] = [
    ['no byte', bytes()],
    ['every byte there is', bytes(...Array.from({ length: 256 }, (_, byte) => byte))],
    ['three million bytes', Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 31 + (i >> 8))],
  ]
  test.each(contents)('%s: the same for all that read', async (_what, content) => {
    const caller = theCaller()
    expect(await caller.put('a', content)).toBe('ok')
    expect(printed(await caller.get('a'))).toBe(printed(content))
    expect(printed(await caller.other().get('a'))).toBe(printed(content))
  })

  test('what is not there cannot be read; to remove it is no error', async () => {
    const caller = theCaller()
    expect(await caller.get('a')).toBe('no-such-key')
    expect(await caller.part('a', { offset: 0, sizeBytes: 1 })).toBe('no-such-key')
    expect(await caller.remove('a')).toBe('ok')
  })

  test('the new object takes the place of the old one, whole', async () => {
    const caller = theCaller()
    await caller.put('a', whole('old', 1000))
    expect(await caller.put('a', whole('n', 3))).toBe('ok')
    expect(await caller.get('a')).toEqual(whole('n', 3))
  })

  test('whoever reads meanwhile sees the old one or the new one', async () => {
    const caller = theCaller()
    const [old, fresh] = [whole('old', 300_000), whole('new', 300_000)]
    await caller.put('a', old)
    const put = caller.put('a', fresh)
    const found = await Promise.all(Array.from({ length: 10 }, () => caller.get('a')))
    expect(await put).toBe('ok')
    const known = [old, fresh].map(printed)
    expect(known).toEqual(expect.arrayContaining([...new Set(found.map(printed))]))
    expect(printed(await caller.get('a'))).toBe(printed(fresh))
  })

  test('what was removed is gone, and its key is free', async () => {
    const caller = theCaller()
    await caller.put('a/b', bytes(1))
    expect(await caller.remove('a/b')).toBe('ok')
    expect(await caller.remove('a/b')).toBe('ok')
    expect(await caller.get('a/b')).toBe('no-such-key')
    expect(await caller.list()).toEqual([])
    expect(await caller.put('a/b', bytes(2), 'absent')).toBe('ok')
    expect(await caller.get('a/b')).toEqual(bytes(2))
  })

  test('what was put or got is the caller’s to use again', async () => {
    const caller = theCaller()
    const content = bytes(1, 2)
    await caller.put('a', content)
    content.fill(9)
    const got = await caller.get('a')
    expect(got).toEqual(bytes(1, 2))
    if (typeof got !== 'string') got.fill(9)
    expect(await caller.get('a')).toEqual(bytes(1, 2))
  })
}

function conditionRules(theCaller: () => Caller): void {
  test('what is there already is not created, and not changed', async () => {
    const caller = theCaller()
    expect(await caller.put('a', bytes(1), 'absent')).toBe('ok')
    expect(await caller.put('a', bytes(2), 'absent')).toBe('exists')
    expect(await caller.put('a', bytes(1), 'absent')).toBe('exists')
    expect(await caller.get('a')).toEqual(bytes(1))
  })

  test('of many who create one key, one is told that it did', async () => {
    const caller = theCaller()
    const callers = Array.from({ length: 8 }, () => caller.other())
    for (let round = 0; round < 20; round++) {
      const key = `n=${round}`
      const told = await Promise.all(
        callers.map((one, who) => one.put(key, bytes(who, round), 'absent')),
      )
      expect(told.filter(code => code === 'ok')).toHaveLength(1)
      expect(told.filter(code => code === 'exists')).toHaveLength(7)
      expect(await caller.get(key)).toEqual(bytes(told.indexOf('ok'), round))
    }
  })

  test('an empty object is there, too', async () => {
    const caller = theCaller()
    expect(await caller.put('a', bytes(), 'absent')).toBe('ok')
    expect(await caller.put('a', bytes(1), 'absent')).toBe('exists')
    expect(await caller.get('a')).toEqual(bytes())
  })
}

function partRules(theCaller: () => Caller): void {
  const wanted: readonly (readonly [number, number, number[]])[] = [
    [0, 2, [1, 2]],
    [1, 2, [2, 3]],
    [2, 9, [3]],
    [3, 1, []],
    [7, 2, []],
    [1, 0, []],
    [0, 3, [1, 2, 3]],
  ]
  test.each(wanted)('a part from %i of %i bytes, as far as the object goes', async (...asks) => {
    const [offset, sizeBytes, content] = asks
    const caller = theCaller()
    await caller.put('a', bytes(1, 2, 3))
    expect(await caller.part('a', { offset, sizeBytes })).toEqual(bytes(...content))
  })

  test('an empty object has no part but the empty one', async () => {
    const caller = theCaller()
    await caller.put('a', bytes())
    expect(await caller.part('a', { offset: 0, sizeBytes: 5 })).toEqual(bytes())
  })
}

function listRules(theCaller: () => Caller): void {
  /** In the order of their bytes, which is not that of folders. */
  const KEYS = ['A', 'a-b', 'a.b', 'a/b', 'a/c/d', 'a/cc', 'a0', 'a=b', 'aB', 'a_b', 'b/a', 'z']

  const filled = async (): Promise<Caller> => {
    const caller = theCaller()
    for (const [i, key] of [...KEYS.entries()].reverse()) {
      await caller.put(key, new Uint8Array(i))
    }
    await caller.other().put('x', bytes(1))
    await caller.other().remove('x')
    await new Caller(caller.rig).put('a/b', bytes(1))
    return caller
  }

  test('keys are listed by their bytes, with their sizes', async () => {
    const caller = await filled()
    const request = { prefix: `${caller.under}/`, after: '', limit: 1000 }
    const told = await caller.told<BlobList>(done => caller.store.list(request, done))
    const blobs = KEYS.map((key, sizeBytes) => ({ key: caller.key(key), sizeBytes }))
    expect(told).toEqual({ blobs, isMore: false })
  })

  test('a prefix is letters, not a folder', async () => {
    const caller = await filled()
    expect(await caller.list('a/')).toEqual(['a/b', 'a/c/d', 'a/cc'])
    expect(await caller.list('a/c')).toEqual(['a/c/d', 'a/cc'])
    expect(await caller.list('a/c/')).toEqual(['a/c/d'])
    expect(await caller.list('z')).toEqual(['z'])
    expect(await caller.list('a')).toEqual(KEYS.filter(key => key.startsWith('a')))
    expect(await caller.list('nothing')).toEqual([])
  })

  test('one goes on behind a key, be it there or not', async () => {
    const caller = await filled()
    expect(await caller.list('', { after: 'aB' })).toEqual(['a_b', 'b/a', 'z'])
    expect(await caller.list('', { after: 'a/c' })).toEqual(KEYS.slice(KEYS.indexOf('a/c/d')))
    expect(await caller.list('a/', { after: 'a/b' })).toEqual(['a/c/d', 'a/cc'])
    expect(await caller.list('b', { after: 'a' })).toEqual(['b/a'])
    expect(await caller.list('a/', { after: 'b' })).toEqual([])
    expect(await caller.list('', { after: 'z' })).toEqual([])
  })

  test.each([1, 2, 5, KEYS.length])('%d at a time, all are found', async limit => {
    const caller = await filled()
    const found: string[] = []
    for (;;) {
      const page = await caller.list('', { after: found.at(-1) ?? '', limit })
      const keys = page.filter(key => key !== MORE)
      expect(keys.length).toBeLessThanOrEqual(limit)
      found.push(...keys)
      if (keys.length === page.length) break
      expect(keys).not.toEqual([])
    }
    expect(found).toEqual(KEYS)
  })
}

function keyRules(theCaller: () => Caller): void {
  test('keys are letters, digits and some signs', async () => {
    const caller = theCaller()
    const keys = ['group=1/n=00001.json', '0', '.a', 'a..b/c', 'AZ-az_09', 'a'.repeat(150)]
    for (const [i, key] of keys.entries()) expect(await caller.put(key, bytes(i))).toBe('ok')
    for (const [i, key] of keys.entries()) expect(await caller.get(key)).toEqual(bytes(i))
    expect(await caller.list()).toEqual([...keys].sort())
  })

  test.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', '.', 'a b', 'a\\b', 'a\0', 'é', '../../x'])(
    '%j is no key, whatever is asked of it',
    async key => {
      const caller = theCaller()
      const part = { offset: 0, sizeBytes: 1 }
      expect(await caller.put(key, bytes(1), 'absent')).toBe('bad-key')
      expect(await caller.put(key, bytes(1), 'any')).toBe('bad-key')
      expect(await caller.get(key)).toBe('bad-key')
      expect(await caller.part(key, part)).toBe('bad-key')
      expect(await caller.remove(key)).toBe('bad-key')
      expect(await caller.list()).toEqual([])
    },
  )
}

function answerRules(theCaller: () => Caller): void {
  test('nothing is answered before its call has returned, and all is answered once', async () => {
    const caller = theCaller()
    const { store } = caller
    const key = caller.key('a')
    const part = { offset: 0, sizeBytes: 1 }
    let isInside = true
    let early = 0
    let answers = 0
    const note = () => {
      answers++
      if (isInside) early++
    }
    store.put(key, bytes(1), 'any', note)
    store.put(key, bytes(1), 'absent', note)
    store.put('', bytes(1), 'any', note)
    store.get(key, note)
    store.get('', note)
    store.getPart(key, part, note)
    store.list({ prefix: key, after: '', limit: 1 }, note)
    store.remove(key, note)
    store.remove('', note)
    isInside = false
    await caller.rig.until(() => answers === 9)
    await caller.get('b')
    expect([early, answers]).toEqual([0, 9])
  })
}
