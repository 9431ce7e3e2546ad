/** A reader of a partition, with a log that answers when it is told to. */

import { describe, expect, test } from 'vitest'
import { ALL, type Heard, READER, Rig } from './testing/reader.ts'
import { BOUNDS } from './testing/rig.ts'

describe('a reader', () => {
  test('asks nothing before somebody says hello', () => {
    const rig = new Rig()
    rig.time.pass(1000)
    expect(rig.log.asked).toEqual([])
  })

  test('waits a moment for the others, and no longer', () => {
    const rig = new Rig()
    rig.hello(0, 5)
    rig.time.turn()
    expect(rig.log.asked).toEqual([])
    rig.time.pass(60)
    expect(rig.log.asked).toEqual([5])
  })

  test('sends what it reads, and reads on', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1', 'b,2')
    expect(heard.told.at(-1)).toBe('0-2 0:a,1 1:b,2')
    expect(rig.log.asked).toEqual([0, 2])
  })

  test('sends letters on their own channel', () => {
    const rig = new Rig()
    const [, letters] = [rig.hello(0, 0), rig.hello(1, 0)]
    rig.time.turn()
    rig.answer('nonsense')
    expect(letters?.told.at(-1)).toBe("0-1 0:in,malformed,'nonsense' is none")
  })

  test('is in nobody’s way for long: between its slices others have their turn', () => {
    const rig = new Rig({ bounds: { pieceRows: 1, sliceMs: 0 } })
    const heard = rig.begun()
    rig.log.answer(['a,1', 'b,2', 'c,3'])
    const seen: number[] = []
    const look = (left: number): void => {
      seen.push(heard.frames.at(-1)?.to ?? 0)
      if (left > 0) rig.time.clock.after(0, () => look(left - 1))
    }
    look(5)
    rig.time.turn()
    expect(seen).toEqual([0, 0, 1, 2, 3, 3])
  })

  test('reads once more for who is behind, and not from the head', () => {
    const rig = new Rig()
    rig.begun(100_000)
    const late = rig.hello(0, 3)
    rig.time.turn()
    expect(rig.log.asked).toEqual([100_000, 3])
    rig.log.answer(['a,1'], { seenEnd: 100_000 }, 3)
    rig.time.turn()
    expect(late.told.at(-1)).toBe('3-4 3:a,1')
    expect(rig.log.asked.at(-1)).toBe(4)
  })

  test('hears what is asked on a stream, and nothing on the one before', () => {
    const rig = new Rig()
    rig.begun()
    const former = rig.hello(0, 0, 0)
    const heard = rig.hello(0, 0, 0)
    rig.time.turn()
    rig.answer('a,1')
    rig.reader.desk.onAsk(0, former, { kind: 'grant', bytes: ALL })
    rig.time.turn()
    expect([former.told, heard.told]).toEqual([[], []])
    rig.reader.desk.onAsk(0, heard, { kind: 'grant', bytes: ALL })
    rig.time.turn()
    expect(heard.told.at(-1)).toBe('0-1 0:a,1')
  })

  test('begins anew where it is asked to', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.reader.desk.onAsk(0, heard, { kind: 'rewind', reader: READER, cursor: 0 })
    rig.time.turn()
    expect(heard.told.filter(one => one === '0-1 0:a,1')).toHaveLength(2)
  })

  test('ends the stream before when a group says hello again', () => {
    const rig = new Rig()
    const former = rig.begun()
    rig.hello(0, 0)
    expect(former.ends).toEqual([undefined])
  })

  test('sends nothing on a stream that broke', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.reader.desk.detach(0, heard)
    rig.answer('a,1')
    expect(heard.told).toEqual(['0-0'])
  })

  test('keeps what it read lately, within bounds, and says how much that is', () => {
    const rig = new Rig()
    rig.begun()
    rig.answer('a,1', 'b,2')
    expect(rig.reader.kept.stretches).toBe(1)
    expect(rig.reader.kept.bytes).toBeGreaterThan(0)
  })
})

describe('idleness', () => {
  test('is said when nothing came for long enough, and who knows says that this is the end', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.silence(150)
    expect(heard.told.join()).not.toContain('idle')
    expect(rig.log.ends[0]?.isolation).toBe('uncommitted')
    rig.log.answerEnd(1)
    rig.time.turn()
    expect(heard.told.at(-1)).toBe('1-1  idle')
  })

  test('is not asked about before its time, nor again once it is said', () => {
    const rig = new Rig()
    rig.begun()
    rig.answer('a,1')
    rig.silence(50)
    expect(rig.log.ends).toEqual([])
    rig.silence(100)
    rig.log.answerEnd(1)
    rig.silence(500)
    expect(rig.log.ends).toEqual([])
  })

  test('is not said where the end lies further, or nobody knows where', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.silence(150)
    rig.log.answerEnd(5)
    rig.silence(100)
    rig.log.failEnd()
    rig.silence(100)
    expect(heard.told.join()).not.toContain('idle')
    expect(rig.log.ends).toHaveLength(1)
  })

  test('is not said where more was read before the answer came', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.silence(150)
    rig.answer('b,2')
    rig.log.answerEnd(1)
    rig.time.turn()
    expect(heard.told.join()).not.toContain('idle')
  })

  test('is not said of an answer that knows of more', () => {
    const rig = new Rig()
    rig.begun()
    for (let left = 60; left > 0; left--) {
      rig.log.answer([], { seenEnd: 9 })
      rig.time.pass(BOUNDS.emptyMs)
    }
    expect(rig.log.ends).toEqual([])
  })

  test('ends with the next record', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.silence(150)
    rig.log.answerEnd(1)
    rig.silence(10)
    rig.answer('b,2')
    expect(heard.frames.at(-1)?.idle).toBe(false)
  })
})

describe('a barrier', () => {
  const wanted = (): { rig: Rig; heard: Heard } => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.reader.desk.onAsk(0, heard, { kind: 'wanted', epoch: 4 })
    rig.time.turn()
    return { rig, heard }
  }

  test('has its place proposed, and is not sent before that is committed', () => {
    const { rig, heard } = wanted()
    expect(rig.places.map(({ barrier }) => barrier)).toEqual([{ epoch: 4, offset: 1 }])
    rig.answer('b,2')
    expect(heard.told.join()).not.toContain('barrier')
    expect(heard.frames.at(-1)?.to).toBe(1)
    rig.places[0]?.done({ epoch: 4, offset: 1 })
    rig.time.turn()
    expect(heard.told.slice(-2)).toEqual(['1-1  barrier 4', '1-2 1:b,2'])
  })

  test('stands where the state has it, wherever it was proposed', () => {
    const { rig, heard } = wanted()
    rig.answer('b,2', 'c,3')
    rig.places[0]?.done({ epoch: 4, offset: 2 })
    rig.time.turn()
    expect(heard.told.slice(-2)).toEqual(['1-2 1:b,2 barrier 4', '2-3 2:c,3'])
  })

  test('that was refused is placed anew, a little later', () => {
    const { rig } = wanted()
    rig.places[0]?.done(undefined)
    rig.time.turn()
    expect(rig.places).toHaveLength(1)
    rig.time.pass(BOUNDS.refusedMs)
    expect(rig.places).toHaveLength(2)
  })

  test('that a former reader placed is told again', () => {
    const rig = new Rig({ barrier: { epoch: 4, offset: 2 } })
    const heard = rig.begun()
    rig.answer('a,1', 'b,2', 'c,3')
    expect(heard.told.find(one => one.includes('barrier'))).toBe('0-2 0:a,1 1:b,2 barrier 4')
  })

  test('of an epoch that is over is not told', () => {
    const { rig, heard } = wanted()
    rig.reader.onEpochClosed(4)
    rig.places[0]?.done({ epoch: 4, offset: 1 })
    rig.answer('b,2')
    expect(heard.told.join()).not.toContain('barrier')
    rig.reader.onEpochOpened(5)
    rig.time.turn()
    expect(rig.places.at(-1)?.barrier.epoch).toBe(5)
  })
})

describe('trouble', () => {
  const failing = (rig: Rig, code: 'unavailable' | 'not-authorized', ms: number) => {
    const endMs = rig.time.queue.nowMs + ms
    while (rig.time.queue.nowMs < endMs) {
      if (rig.log.open !== undefined) rig.log.fail(code)
      rig.time.pass(1)
    }
  }

  test('that passes soon is not told', () => {
    const rig = new Rig()
    rig.begun()
    failing(rig, 'unavailable', 500)
    rig.time.pass(BOUNDS.retryMaxMs)
    rig.answer('a,1')
    expect(rig.told).toEqual([])
  })

  test('that lasts is told once, with what to do, and so is its end', () => {
    const rig = new Rig()
    const heard = rig.begun()
    failing(rig, 'unavailable', 10_000)
    expect(rig.told).toEqual(['unavailable: unavailable; look at the log'])
    rig.time.pass(BOUNDS.retryMaxMs)
    rig.answer('a,1')
    expect(rig.told.slice(1)).toEqual(['over'])
    expect(heard.told.at(-1)).toBe('0-1 0:a,1')
  })

  test('that somebody has to mend is told at once, and waited for', () => {
    const rig = new Rig()
    rig.begun()
    failing(rig, 'not-authorized', 3000)
    expect(rig.told).toEqual(['not-authorized: not-authorized; look at the log'])
    rig.time.pass(BOUNDS.retryMaxMs)
    rig.answer('a,1')
    expect(rig.told.slice(1)).toEqual(['over'])
  })

  test.each(['offset-out-of-range', 'no-such-topic', 'other-cluster', 'unsupported'] as const)(
    '%s stops it: nothing is ever begun elsewhere by itself',
    code => {
      const rig = new Rig()
      rig.begun()
      rig.log.fail(code)
      rig.time.pass(10_000)
      expect(rig.told).toEqual([`stopped ${code}: ${code}; look at the log`])
      expect(rig.log.asked).toEqual([0])
    },
  )

  test('stops it once, though two lanes meet it', () => {
    const rig = new Rig()
    rig.begun(100_000)
    rig.hello(0, 3)
    rig.time.turn()
    const { fetches } = rig.log
    const both = [...fetches]
    for (const { done } of both) done({ error: { code: 'no-such-topic', message: 'gone' } })
    expect(rig.told).toHaveLength(1)
  })

  test('of a record stops it where the job is to fail; what was before it is sent', () => {
    const rig = new Rig({ errors: 'fail' })
    const heard = rig.begun()
    rig.answer('a,1')
    rig.answer('nonsense')
    expect(rig.told).toEqual(["stopped malformed: malformed: in: 'nonsense' is none"])
    rig.time.pass(1000)
    expect(heard.told.at(-1)).toBe('0-1 0:a,1')
    expect(rig.log.asked).toEqual([0, 1])
  })
})

describe('when the lead is lost', () => {
  test('nothing is asked or said any more, and every group hears whom to ask', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    const before = heard.frames.length
    rig.reader.close()
    rig.reader.close()
    expect(heard.ends.map(one => one?.code)).toEqual(['not-the-sender'])
    expect(rig.log.fetches).toEqual([])
    rig.time.pass(10_000)
    expect([rig.log.asked, heard.frames.length]).toEqual([[0, 1], before])
  })

  test('neither a place that was proposed nor an end that was asked for wakes anybody', () => {
    const rig = new Rig()
    const heard = rig.begun()
    rig.answer('a,1')
    rig.reader.desk.onAsk(0, heard, { kind: 'wanted', epoch: 4 })
    rig.silence(150)
    const before = heard.frames.length
    rig.reader.close()
    rig.places[0]?.done({ epoch: 4, offset: 1 })
    rig.log.answerEnd(1)
    rig.time.pass(1000)
    expect(heard.frames.length).toBe(before)
  })
})
