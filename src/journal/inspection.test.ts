/** Topics at the start of a publisher: each as it should be, before anything is written. */

import { describe, expect, it } from 'vitest'
import type { TopicDescription } from '../base/stream-log.ts'
import { Inspection, journalTopic } from './settings.ts'
import { HOME, Rig } from './testing/rig.ts'

const good: TopicDescription = journalTopic('any', 4, 3)
const set = (name: string, value: string): TopicDescription => ({
  ...good,
  settings: { ...good.settings, [name]: value },
})
const journal = { topic: 'journal', use: 'journal', partitions: 1 } as const
const output = { topic: 'home', use: 'output', partitions: 2 } as const

describe('an inspection', () => {
  it('asks for one topic after the other, and for none twice', () => {
    const inspection = new Inspection([journal, output])
    expect(inspection.topic).toBe('journal')
    expect(inspection.take(good)).toBeUndefined()
    expect(inspection.topic).toBe('home')
    expect(inspection.take(good)).toBeUndefined()
    expect(inspection.topic).toBeUndefined()
    expect(inspection.take(set('cleanup.policy', 'compact'))).toBeUndefined()
  })

  it('stays with a topic until it is good, and says all that is wrong with it', () => {
    const inspection = new Inspection([journal])
    const wrong = set('retention.ms', '1000')
    const bad = { ...wrong, settings: { ...wrong.settings, 'min.insync.replicas': '1' } }
    const error = inspection.take(bad)
    expect(error?.code).toBe('bad-settings')
    expect(error?.message).toMatch(/retention.ms=-1 .*min.insync.replicas=2/)
    expect(inspection.topic).toBe('journal')
    expect(inspection.take(good)).toBeUndefined()
    expect(inspection.topic).toBeUndefined()
  })

  it('wants as many partitions as are written to', () => {
    const inspection = new Inspection([output])
    expect(inspection.take({ ...good, partitions: 1 })?.message).toMatch(/add partitions/)
    expect(inspection.take({ ...good, partitions: 2 })).toBeUndefined()
  })

  it('lets an output topic forget, and not a journal', () => {
    const forgetful = set('retention.ms', '1000')
    expect(new Inspection([output]).take(forgetful)).toBeUndefined()
    expect(new Inspection([journal]).take(forgetful)).toMatchObject({ code: 'bad-settings' })
  })
})

describe('a publisher', () => {
  const begun = (topics = [journal, output] as const): Rig => {
    const rig = new Rig({ topics })
    rig.log.topics.set('journal', good)
    rig.log.topics.set('home', good)
    return rig
  }
  const describes = (rig: Rig) => rig.log.calls.filter(what => what.startsWith('describe'))

  it('looks at its topics beside the taking of the id, and once in a term', () => {
    const rig = begun()
    rig.elect(0)
    rig.commit()
    rig.settle()
    expect(rig.log.calls.slice(0, 4)).toEqual([
      'describe journal',
      `init ${HOME.transactionalId}`,
      'describe home',
      'end uncommitted',
    ])
    let isLost = true
    rig.log.refusal = what => {
      const isNow = isLost && what.startsWith('send')
      if (isNow) isLost = false
      return isNow ? 'unavailable' : undefined
    }
    rig.commit()
    rig.settle(2000)
    expect(rig.log.calls.filter(what => what.startsWith('init')).length).toBeGreaterThan(1)
    expect(describes(rig)).toHaveLength(2)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('finds what was changed since it led last', () => {
    const rig = begun()
    rig.elect(0)
    rig.commit()
    rig.settle(2000)
    const before = rig.visible('home')
    rig.log.topics.set('journal', set('cleanup.policy', 'compact'))
    rig.depose(0)
    rig.elect(0)
    rig.commit()
    rig.settle(10_000)
    expect(rig.one.told.at(-1)).toBe('stalled bad-settings')
    expect(rig.visible('home')).toEqual(before)
    rig.log.topics.set('journal', good)
    rig.settle(10_000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('writes nothing until they are good, says why, and goes on by itself', () => {
    const rig = begun()
    rig.log.topics.set('journal', set('retention.bytes', '1000'))
    rig.elect(0)
    rig.commit({ home: 3 })
    rig.settle(30_000)
    expect(rig.one.told).toEqual(['stalled bad-settings'])
    expect(rig.sentences[0]).toMatch(/set retention.bytes=-1/)
    // The id was taken once, beside; while the topic is of no use, not again.
    const others = rig.log.calls.filter(what => !what.startsWith('describe'))
    expect(others).toEqual([`init ${HOME.transactionalId}`])
    expect(describes(rig).length).toBeGreaterThan(3)
    rig.log.topics.set('journal', good)
    rig.settle(30_000)
    expect(rig.one.told).toContain('resumed')
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('writes nothing while nobody says how they are, though all else is answered', () => {
    const rig = begun()
    let isSilent = true
    rig.log.refusal = what => (isSilent && what === 'describe home' ? 'unavailable' : undefined)
    rig.elect(0)
    rig.commit()
    rig.settle(30_000)
    expect(rig.one.journal.stages).toEqual(['ready'])
    expect(rig.log.calls.filter(what => /^(send|commit)/.test(what))).toEqual([])
    expect(rig.one.told).toEqual(['stalled unavailable'])
    isSilent = false
    rig.settle(2000)
    expect(rig.one.told).toContain('resumed')
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('forgets a silence that is over, though nothing left since', () => {
    const rig = begun()
    let silences = 2
    const fails = (kind: string) => (what: string) =>
      what.startsWith(kind) && silences-- > 0 ? 'unavailable' : undefined
    rig.log.refusal = fails('describe home')
    rig.elect(0)
    rig.settle(3 * rig.bounds.silenceMs)
    silences = 1
    rig.log.refusal = fails('send')
    rig.commit()
    rig.settle(3000)
    expect(silences).toBeLessThanOrEqual(0)
    expect(rig.one.told.filter(line => line.startsWith('stalled'))).toEqual([])
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('begins nothing before the entry of its term is applied, whatever its topics are', () => {
    const rig = begun()
    rig.log.topics.set('journal', set('retention.ms', '1000'))
    rig.one.journal.onLead(1)
    rig.log.settle()
    expect(rig.one.told).toEqual(['stalled bad-settings'])
    rig.log.topics.set('journal', good)
    for (let turn = 0; turn < 10; turn++) {
      rig.clock.pass(1000)
      rig.log.settle()
    }
    expect([rig.questions.length, rig.one.journal.stages]).toEqual([0, ['retired']])
    rig.elect(0)
    rig.commit()
    rig.settle(2000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('that met a bad one looks first when it leads again', () => {
    const rig = begun()
    rig.log.topics.set('home', set('min.insync.replicas', '1'))
    rig.elect(0)
    rig.settle(1000)
    rig.depose(0)
    const before = rig.log.calls.length
    rig.elect(0)
    rig.commit()
    rig.settle(1000)
    const calls = rig.log.calls.slice(before).filter(what => !what.startsWith('describe'))
    expect(calls).toEqual([])
    rig.log.topics.set('home', good)
    rig.settle(10_000)
    expect(rig.one.told.filter(line => !line.startsWith('p') && !line.startsWith('rel'))).toEqual([
      'stalled bad-settings',
      'resumed',
    ])
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('misses a topic that is not there, and waits for an answer where none comes', () => {
    const rig = begun()
    rig.log.topics.delete('home')
    let silences = 3
    rig.log.refusal = what => {
      return what === 'describe journal' && silences-- > 0 ? 'unavailable' : undefined
    }
    rig.elect(0)
    rig.commit()
    rig.settle(30_000)
    expect(rig.one.told).toEqual(['stalled no-such-topic'])
    rig.log.topics.set('home', good)
    rig.settle(30_000)
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })
})
