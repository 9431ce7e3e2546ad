/**
 * Scripts on the simulated log: it answers what is owed, whatever its pace; and a log that is
 * wrong about anything is found out.
 */

import { expect, test } from 'vitest'
import type { StreamLog } from '../../../src/base/stream-log.ts'
import { calmLog, type LogProfile } from '../world/log/faults.ts'
import { firstDifference } from './difference.ts'
import { drawScript } from './draw.ts'
import { play } from './play.ts'
import type { Script, Step } from './script.ts'
import { type Spoilt, simulated } from './testing/simulated.ts'

const slow: LogProfile = {
  ...calmLog,
  callMinUs: 1000,
  callMeanUs: 20_000,
  copyMeanUs: 50_000,
  markerMeanUs: 400_000,
  shortFetches: 0.5,
}

test('the simulated log answers what it owes, whatever its pace', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const script = drawScript(seed)
    const first = await play(script, simulated(seed).stage)
    expect(first.faults).toEqual([])
    const second = await play(script, simulated(seed + 1000, { profile: slow }).stage)
    expect(second.faults).toEqual([])
    expect(firstDifference(first.answers, second.answers)).toBeUndefined()
  }
})

test('it does so when coordinators move', async () => {
  let moves = 0
  // The last one: something was moved whose marker had landed, and was not known to.
  for (const seed of [...Array.from({ length: 15 }, (_, at) => at + 1), 139_997_005]) {
    const { stage: moving, tally } = simulated(seed)
    const { faults } = await play(drawScript(seed, { moves: true }), moving)
    expect(faults).toEqual([])
    moves += tally.of('coordinator-moves')
  }
  expect(moves).toBeGreaterThanOrEqual(15)
})

test('scripts do all there is to do, and most of what they try has an effect', async () => {
  const steps = new Map<Step['do'], number>()
  let nobody = 0
  let all = 0
  for (let seed = 1; seed <= 40; seed++) {
    const script = drawScript(seed, { moves: true })
    for (const step of script.steps) steps.set(step.do, (steps.get(step.do) ?? 0) + 1)
    const { answers } = await play(script, simulated(seed).stage)
    nobody += answers.filter(line => line.endsWith('nobody')).length
    all += answers.length
  }
  expect(steps.size).toBe(14)
  for (const [kind, times] of steps) expect([kind, times > 3]).toEqual([kind, true])
  expect(nobody).toBeLessThan(all / 20)
})

const wrong: Readonly<Record<string, (log: StreamLog) => StreamLog>> = {
  'shows what was aborted': log => {
    return changed(log, {
      fetch: (from, offset, how, done) => {
        return log.fetch(from, offset, { ...how, isolation: 'uncommitted' }, done)
      },
    })
  },
  'takes the uncommitted end for the committed one': log => {
    return changed(log, { end: (of, _isolation, done) => log.end(of, 'uncommitted', done) })
  },
  'loses the last record of what it fetches': log => {
    return changed(log, {
      fetch: (from, offset, how, done) =>
        log.fetch(from, offset, how, answer => {
          if (answer.error !== undefined) return done(answer)
          const records = answer.value.records.slice(0, -1)
          done({ value: { ...answer.value, records } })
        }),
    })
  },
  'appends twice': log => {
    return changed(log, {
      append: (records, done) => log.append(records, () => log.append(records, done)),
    })
  },
  'creates a topic twice': log => {
    return changed(log, {
      create: (topic, done) => log.create(topic, () => log.create(topic, done)),
    })
  },
  'commits what should be aborted': log => {
    return changed(log, {
      producer: options => {
        const producer = log.producer(options)
        return {
          init: done => producer.init(done),
          send: (records, done) => producer.send(records, done),
          end: (_how, done) => producer.end('commit', done),
          close: () => producer.close(),
        }
      },
    })
  },
  'fences nobody': log => {
    let lives = 0
    return changed(log, {
      producer: options => {
        const transactionalId = `${options.transactionalId}x${lives++}`
        return log.producer({ ...options, transactionalId })
      },
    })
  },
  'deletes nothing': log => {
    return changed(log, { deleteRecords: (of, _before, done) => log.deleteRecords(of, 0, done) })
  },
}

/** The same log but for some of its calls. */
function changed(log: StreamLog, calls: Partial<StreamLog>): StreamLog {
  return {
    isOneProcess: log.isOneProcess,
    cluster: done => log.cluster(done),
    describe: (topic, done) => log.describe(topic, done),
    create: (topic, done) => log.create(topic, done),
    drop: (topic, done) => log.drop(topic, done),
    start: (of, done) => log.start(of, done),
    end: (of, isolation, done) => log.end(of, isolation, done),
    fetch: (from, offset, how, done) => log.fetch(from, offset, how, done),
    deleteRecords: (of, before, done) => log.deleteRecords(of, before, done),
    append: (records, done) => log.append(records, done),
    prepare: (what, done) => log.prepare(what, done),
    producer: options => log.producer(options),
    ...calls,
  }
}

test.each(Object.entries(wrong))('a log that %s is found out', async (_what, spoil) => {
  let found = 0
  for (let seed = 1; seed <= 10; seed++) {
    const { faults } = await play(drawScript(seed), simulated(seed, { spoil }).stage)
    if (faults.length > 0) found++
  }
  expect(found).toBeGreaterThan(3)
})

test('a topic that is there already is taken for its own only where a log may do so', async () => {
  const spoil = wrong['creates a topic twice'] as NonNullable<Spoilt['spoil']>
  const { stage } = simulated(1, { spoil })
  const { faults } = await play(drawScript(1), { ...stage, mayCreateTwice: true })
  expect(faults).toEqual([])
})

test('a log that forgets a marker is found out by waiting for it', async () => {
  const steps: readonly Step[] = [
    { do: 'begin', who: 0 },
    { do: 'send', who: 0, to: [0], count: 1 },
    { do: 'end', who: 0, how: 'commit' },
    { do: 'ends' },
  ]
  const script: Script = { seed: 1, partitions: 1, steps }
  const spoil = (log: StreamLog): StreamLog => {
    return changed(log, {
      end: (of, isolation, done) => {
        if (isolation === 'uncommitted') log.end(of, isolation, done)
        else log.start(of, done)
      },
    })
  }
  const { faults } = await play(script, simulated(1, { spoil }).stage)
  expect(faults[0]).toContain('settle 0 committed: 0; owed: 2')
})
