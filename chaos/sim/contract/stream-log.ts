/**
 * What any body of the StreamLog door must do, as far as Kafka can keep it. Nothing here waits for
 * a time: what a log does in a while (the end of a transaction shows, one that took too long is
 * aborted) is asked for until it is so. Each test has its own topics and transactional ids, so
 * that one log may serve them all.
 */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FetchOptions, LogDone, NewTopic } from '../../../src/base/stream-log.ts'
import { abortRules } from './log/aborts.ts'
import { Caller, type StreamLogRig, words } from './log/caller.ts'
import { fencingRules } from './log/fencing.ts'
import { fetchRules } from './log/fetches.ts'
import { recordRules } from './log/records.ts'
import { topicRules } from './log/topics.ts'
import { transactionRules } from './log/transactions.ts'

export type { StreamLogRig } from './log/caller.ts'

/** `makeRig` is called for each test. */
export function streamLogContract(
  name: string,
  makeRig: () => StreamLogRig | Promise<StreamLogRig>,
): void {
  describe(`${name} keeps the contract of the StreamLog door`, () => {
    let caller: Caller
    beforeEach(async () => {
      caller = new Caller(await makeRig())
    })
    afterEach(() => caller.rig.close())
    const theCaller = () => caller
    topicRules(theCaller)
    recordRules(theCaller)
    fetchRules(theCaller)
    transactionRules(theCaller)
    abortRules(theCaller)
    fencingRules(theCaller)
    answerRules(theCaller)
  })
}

const how: FetchOptions = { isolation: 'uncommitted', maxBytes: 1000, waitMs: 0 }

/** Every question of the door, in an order that makes sense. */
function questions(
  { log, rig }: Caller,
  topic: string,
): readonly ((done: LogDone<unknown>) => void)[] {
  const at = { topic, partition: 0 }
  const wanted: NewTopic = { topic: rig.name(), partitions: 1, replication: 1, settings: {} }
  const producer = log.producer({ transactionalId: rig.name(), timeoutMs: 10_000 })
  return [
    done => log.cluster(done),
    done => log.describe(topic, done),
    done => log.create(wanted, done),
    done => log.drop(wanted.topic, done),
    done => log.start(at, done),
    done => log.end(at, 'committed', done),
    done => void log.fetch(at, 0, how, done),
    done => log.deleteRecords(at, 0, done),
    done => log.append([words(at, 'a')], done),
    done => producer.init(done),
    done => producer.send([words(at, 'b')], done),
    done => producer.end('commit', done),
  ]
}

function answerRules(theCaller: () => Caller): void {
  test('nothing is answered before its call has returned, and all is answered once', async () => {
    const caller = theCaller()
    const { topic } = await caller.onlyPartition()
    let early = 0
    for (const ask of questions(caller, topic)) {
      let isInside = true
      await caller.value<unknown>(done => {
        ask(answer => {
          if (isInside) early++
          done(answer)
        })
        isInside = false
      })
    }
    expect(early).toBe(0)
  })

  test('nor is what there is nothing to do for', async () => {
    const caller = theCaller()
    const nowhere = caller.rig.name()
    const codes: string[] = []
    for (const ask of questions(caller, nowhere)) {
      let isInside = true
      codes.push(
        await caller.code<unknown>(done => {
          ask(answer => {
            expect(isInside).toBe(false)
            done(answer)
          })
          isInside = false
        }),
      )
      // After its first error a producer is closed: nothing more is asked of it.
      if (codes.length === 11) break
    }
    const none = 'no-such-topic'
    expect(codes).toEqual([
      ...['ok', none, 'ok', 'ok', none, none, none, none, none],
      ...['ok', none],
    ])
  })
}
