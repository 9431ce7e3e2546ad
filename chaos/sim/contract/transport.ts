/**
 * What any body of the Transport door must do. Time passes in a rig until something holds; nothing
 * here waits for a time.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { crc32c } from '../../../src/base/crc32c.ts'
import type { Connection, ConnectionListener, Transport } from '../../../src/base/env.ts'

/** A process that others can reach. */
export interface Place {
  readonly transport: Transport<string>
  readonly address: string
}

export interface TransportRig {
  /** A frame twice as large is above the bound of every process. */
  readonly frameBytesMax: number
  /** A process that starts now, where another was if it is named. */
  open(at?: Place): Promise<Place>
  /** The process dies with all its connections. */
  kill(place: Place): Promise<void>
  /** Lets time pass until this holds; fails if it never will. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Notes what one side of a connection is told, in order. */
class Diary implements ConnectionListener {
  readonly told: string[] = []
  readonly frames: Uint8Array[] = []

  onOpen(): void {
    this.told.push('open')
  }

  onFrame(frame: Uint8Array): void {
    this.told.push(`frame ${frame.length}`)
    this.frames.push(frame)
  }

  onClosed(why: string, code?: string): void {
    this.told.push(code === undefined ? 'closed' : `closed ${code}`)
    expect(why).not.toBe('')
    if (code !== undefined) expect(why).toMatch(/.{10,}; .{10,}/)
  }

  get isClosed(): boolean {
    return this.told.some(one => one.startsWith('closed'))
  }
}

/** The answering side of a place: a diary for each connection, in the order of calls. */
class Answers {
  readonly connections: Connection[] = []
  readonly diaries: Diary[] = []

  constructor(place: Place) {
    place.transport.accept(connection => {
      const diary = new Diary()
      this.connections.push(connection)
      this.diaries.push(diary)
      return diary
    })
  }

  /** The first call, once it has come. */
  get first(): { readonly connection: Connection; readonly diary: Diary } {
    const [connection] = this.connections
    const [diary] = this.diaries
    if (connection === undefined || diary === undefined) throw new Error('nobody called')
    return { connection, diary }
  }
}

/** Frames whose every byte shows where it belongs. */
const frameOf = (size: number, salt = 0): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + salt + (i >> 8)) & 255)

/** Short to compare and to print. */
const printed = (frames: readonly Uint8Array[]): readonly string[] =>
  frames.map(frame => `${frame.length} bytes, ${crc32c(frame)}`)

interface Pair {
  readonly caller: Place
  readonly place: Place
  readonly answers: Answers
  readonly diary: Diary
  readonly connection: Connection
}

export function transportContract(name: string, makeRig: () => TransportRig): void {
  describe(`${name} keeps the contract of the Transport door`, () => {
    let rig: TransportRig
    beforeEach(() => {
      rig = makeRig()
    })
    afterEach(() => rig.close())
    const theRig = () => rig
    frameRules(theRig)
    oversizeRules(theRig)
    callingRules(theRig)
    closingRules(theRig)
    deathRules(theRig)
  })
}

async function call(rig: TransportRig): Promise<Pair> {
  const place = await rig.open()
  const caller = await rig.open()
  const answers = new Answers(place)
  const diary = new Diary()
  const connection = caller.transport.connect(place.address, diary)
  return { caller, place, answers, diary, connection }
}

/** The answering side is there, and so is the caller's knowledge of it. */
async function meet(rig: TransportRig): Promise<Pair> {
  const pair = await call(rig)
  await rig.until(() => pair.diary.told.includes('open') && pair.answers.diaries.length === 1)
  return pair
}

function frameRules(theRig: () => TransportRig): void {
  test('the caller is told that it is open, the answerer need not be', async () => {
    const { diary, answers } = await meet(theRig())
    expect(diary.told).toEqual(['open'])
    expect(answers.first.diary.told).toEqual([])
  })

  test('frames of any size arrive whole, once and in order, both ways', async () => {
    const { connection, diary, answers } = await meet(theRig())
    const sizes = [1, 70_000, 2, 0, 1_000_000, 3, ...Array.from({ length: 100 }, (_, i) => i)]
    const frames = sizes.map((size, i) => frameOf(size, i))
    for (const frame of frames) {
      connection.send(frame)
      answers.first.connection.send(frame)
    }
    const heard = answers.first.diary
    await theRig().until(() => heard.frames.length >= 106 && diary.frames.length >= 106)
    expect(printed(heard.frames)).toEqual(printed(frames))
    expect(printed(diary.frames)).toEqual(printed(frames))
  })

  test('frames may be sent before the connection is open', async () => {
    const { connection, diary, answers } = await call(theRig())
    connection.send(frameOf(10))
    connection.send(frameOf(20))
    expect(diary.told).toEqual([])
    await theRig().until(() => answers.diaries[0]?.frames.length === 2)
    expect(answers.first.diary.frames).toEqual([frameOf(10), frameOf(20)])
  })

  test('whoever is called may speak at once', async () => {
    const rig = theRig()
    const place = await rig.open()
    const caller = await rig.open()
    place.transport.accept(connection => {
      connection.send(frameOf(5))
      return new Diary()
    })
    const diary = new Diary()
    caller.transport.connect(place.address, diary)
    await rig.until(() => diary.frames.length === 1)
    expect(diary.told).toEqual(['open', 'frame 5'])
  })
}

function oversizeRules(theRig: () => TransportRig): void {
  test.each(['caller', 'answerer'] as const)(
    'a frame of the %s that is far too large ends it, with a code',
    async who => {
      const { connection, diary, answers } = await meet(theRig())
      const [sender, hearer] =
        who === 'caller' ? [connection, answers.first.diary] : [answers.first.connection, diary]
      sender.send(frameOf(10))
      await theRig().until(() => hearer.frames.length === 1)
      sender.send(new Uint8Array(2 * theRig().frameBytesMax))
      await theRig().until(() => diary.isClosed && answers.first.diary.isClosed)
      const heard = (one: Diary) => one.told.filter(told => told !== 'open')
      const code = 'closed frame-oversize'
      expect(heard(hearer)).toEqual(['frame 10', code])
      // Whoever was called hears at least that it is over.
      if (who === 'caller') expect(heard(diary)).toEqual([code])
    },
  )
}

function callingRules(theRig: () => TransportRig): void {
  test('two processes may call each other, and neither call knows of the other', async () => {
    const rig = theRig()
    const places = [await rig.open(), await rig.open()] as const
    const answers = places.map(place => new Answers(place))
    const diaries = [new Diary(), new Diary()] as const
    const there = places[0].transport.connect(places[1].address, diaries[0])
    const back = places[1].transport.connect(places[0].address, diaries[1])
    there.send(frameOf(1))
    back.send(frameOf(2))
    await rig.until(() => answers.every(answer => answer.diaries[0]?.frames.length === 1))
    there.close()
    await rig.until(() => answers[1]?.first.diary.isClosed === true)
    back.send(frameOf(3))
    await rig.until(() => answers[0]?.first.diary.frames.length === 2)
    expect(answers[0]?.first.diary.told).toEqual(['frame 2', 'frame 3'])
    expect(answers[1]?.first.diary.told).toEqual(['frame 1', 'closed'])
  })

  test('what was sent and not yet taken is known, and none of it in the end', async () => {
    const { connection, answers } = await call(theRig())
    expect(connection.queuedBytes).toBe(0)
    for (let i = 0; i < 8; i++) connection.send(frameOf(1_000_000, i))
    expect(connection.queuedBytes).toBeGreaterThan(1_000_000)
    expect(connection.queuedBytes).toBeLessThanOrEqual(8_000_000)
    await theRig().until(() => connection.queuedBytes === 0)
    await theRig().until(() => answers.diaries[0]?.frames.length === 8)
  })
}

function closingRules(theRig: () => TransportRig): void {
  test('whoever closes is told nothing more; the other side is, behind every frame', async () => {
    const { connection, diary, answers } = await meet(theRig())
    for (let i = 0; i < 50; i++) connection.send(frameOf(1000, i))
    connection.close()
    answers.first.connection.send(frameOf(1))
    await theRig().until(() => answers.first.diary.isClosed)
    expect(answers.first.diary.told).toEqual([...Array(50).fill('frame 1000'), 'closed'])
    expect(diary.told).toEqual(['open'])
  })

  test('the answerer may close as well', async () => {
    const { diary, answers } = await meet(theRig())
    for (let i = 0; i < 50; i++) answers.first.connection.send(frameOf(1000, i))
    answers.first.connection.close()
    await theRig().until(() => diary.isClosed)
    expect(diary.told).toEqual(['open', ...Array(50).fill('frame 1000'), 'closed'])
    expect(answers.first.diary.told).toEqual([])
  })

  test('closing twice is closing once; what is sent to a closed connection is lost', async () => {
    const rig = theRig()
    const { connection, answers, caller, place } = await meet(rig)
    connection.close()
    connection.send(frameOf(10))
    connection.close()
    await rig.until(() => answers.first.diary.isClosed)
    answers.first.connection.send(frameOf(10))
    answers.first.connection.close()
    const next = new Diary()
    caller.transport.connect(place.address, next)
    await rig.until(() => next.told.includes('open'))
    expect(answers.first.diary.told).toEqual(['closed'])
  })

  test('a call may be hung up before it is answered', async () => {
    const rig = theRig()
    const { connection, diary, answers, caller, place } = await call(rig)
    connection.close()
    const next = new Diary()
    caller.transport.connect(place.address, next).send(frameOf(7))
    await rig.until(() => answers.diaries.some(one => one.frames.length === 1))
    expect(diary.told).toEqual([])
  })
}

function deathRules(theRig: () => TransportRig): void {
  test('a call that nobody answers is refused, and not before the call has returned', async () => {
    const rig = theRig()
    const place = await rig.open()
    const caller = await rig.open()
    await rig.kill(place)
    const diary = new Diary()
    const connection = caller.transport.connect(place.address, diary)
    connection.send(frameOf(1))
    expect(diary.told).toEqual([])
    await rig.until(() => diary.isClosed)
    expect(diary.told).toEqual(['closed'])
  })

  test('the death of the answerer is told to the caller, once and last', async () => {
    const rig = theRig()
    const { place, diary, answers } = await meet(rig)
    answers.first.connection.send(frameOf(10))
    await rig.until(() => diary.frames.length === 1)
    await rig.kill(place)
    await rig.until(() => diary.isClosed)
    expect(diary.told).toEqual(['open', 'frame 10', 'closed'])
  })

  test('the death of the caller is told to the answerer, once and last', async () => {
    const rig = theRig()
    const { caller, connection, answers } = await meet(rig)
    connection.send(frameOf(10))
    await rig.until(() => answers.first.diary.frames.length === 1)
    await rig.kill(caller)
    await rig.until(() => answers.first.diary.isClosed)
    expect(answers.first.diary.told).toEqual(['frame 10', 'closed'])
  })

  test('a new process at the same address is another one', async () => {
    const rig = theRig()
    const { caller, place, diary } = await meet(rig)
    await rig.kill(place)
    await rig.until(() => diary.isClosed)
    const answers = new Answers(await rig.open(place))
    const next = new Diary()
    caller.transport.connect(place.address, next).send(frameOf(4))
    await rig.until(() => answers.diaries[0]?.frames.length === 1 && next.told.length > 0)
    expect(next.told).toEqual(['open'])
    expect(diary.told).toEqual(['open', 'closed'])
  })
}
