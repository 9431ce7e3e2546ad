/**
 * When a node that was started is ready: real members on a clock under the hand of the test, which
 * ask each other for seats as nodes do, and addresses at which nobody is.
 */

import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import type { JoinAnswer } from '../../io/members/service.ts'
import { checksOf } from '../readiness.ts'
import { type Place, settled, Town } from '../testing/members.ts'
import { Seats } from './seats.ts'

/** How long nothing is heard of an address that is silent. */
const SILENT_MS = 10_000
const PAUSE_MS = 300
const three = ['a', 'b', 'c'] as const

/** All that a node does about its seats from its start on. */
class Sitter {
  readonly place: Place
  readonly seats: Seats<never>
  readonly asked: string[] = []
  readonly #town: Town

  constructor(town: Town, place: Place, join: readonly string[]) {
    this.place = place
    this.#town = town
    const { member, directory } = place.mustRun
    const pause = () => new Promise<void>(resolve => void town.clock.after(PAUSE_MS, resolve))
    this.seats = new Seats({
      ...{ cluster: 'c1', self: place.self, directory, settings: { join }, pause },
      member: member as never,
      logger: { log() {} },
      client: { join: (address, request) => this.#join(address, request) },
      seeds: { isNamesake: () => Promise.resolve(false) },
      onFatal: code => place.fatal.push(code),
    })
    this.seats.take()
  }

  get isReady(): boolean {
    const { replicas } = this.place.mustRun.member
    const facts = [...replicas.values()].map(one => one.readiness())
    const checks = checksOf({ replicas: facts, seats: this.seats.facts(), isStopping: false })
    return checks.every(one => one.isGood)
  }

  /** A node answers, an address at which none runs refuses, and `off` says nothing for long. */
  #join(address: string, request: Parameters<Place['mustRun']['desk']['join']>[0]) {
    this.asked.push(address)
    const { clock, places } = this.#town
    const other = places.find(one => one.isUp && one.address === address)
    return new Promise<JoinAnswer>((resolve, reject) => {
      const refuse = () => reject(new Error('nobody is there'))
      if (other !== undefined) other.mustRun.desk.join(request, undefined, resolve)
      else if (address.startsWith('off')) clock.after(SILENT_MS, refuse)
      else refuse()
    })
  }
}

/** What was promised is done before time goes on; many steps deep, for one answer after another. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

async function until(town: Town, isSo: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    await settle()
    if (isSo()) return
    town.clock.pass(10)
  }
  throw new Error(`it never came to ${what}`)
}

/** Three nodes, of which the third was killed when it had taken the first of two seats. */
function halfSeated(): readonly [Town, Place] {
  const town = settled(three)
  const [a, b, c] = town.places as readonly [Place, Place, Place]
  a.found(1, 2)
  town.mustLead(2)
  town.until(() => a.replica(2).roster.roster.replicas.length === 1, 'the founder’s enrolment')
  b.askSeats(a)
  town.untilVoters(['a/1', 'b/2'], 2)
  c.kill()
  return [town, c]
}

test('a node killed in its first seating is not ready before it has the other seat', async () => {
  const [town, c] = halfSeated()
  const sitter = new Sitter(town, c.start(), ['off:1', 'a:1'])
  await until(town, () => c.has(2) || sitter.isReady, 'the other seat')
  expect([c.has(2), sitter.isReady]).toEqual([true, false])
  await until(town, () => sitter.isReady, 'a node that is ready')
})

test('a node that was told of nobody, and knows others by its log alone, asks these', async () => {
  const [town, c] = halfSeated()
  const sitter = new Sitter(town, c.start(), [])
  expect(sitter.asked).toEqual([])
  await until(town, () => sitter.isReady, 'both seats')
  expect([c.has(1), c.has(2)]).toEqual([true, true])
})

test('a whole cluster that starts at once comes to be ready', async () => {
  const town = settled(three)
  for (const one of town.places) one.kill()
  for (const one of town.places) one.start()
  const sitters = town.places.map(one => new Sitter(town, one, ['a:1', 'b:1', 'c:1']))
  expect(sitters.map(one => one.isReady)).toEqual([false, false, false])
  await until(town, () => sitters.every(one => one.isReady), 'three that are ready')
  town.untilVoters(['a/1', 'b/2', 'c/3'])
})

test.each([
  ['at which nobody is', ['gone:1', 'gone:2']],
  ['that are silent', ['off:1', 'off:2']],
])('a node whose --join names addresses %s comes to be ready', async (_, join) => {
  const town = settled(three)
  const c = town.places[2] as Place
  c.kill()
  const sitter = new Sitter(town, c.start(), join)
  await until(town, () => sitter.isReady, 'a node that is ready')
  expect(sitter.asked).toEqual(expect.arrayContaining(['a:1', 'b:1']))
})

test('who is all that is left of its list leads and is ready', async () => {
  const town = new Town(['a'])
  const [a] = town.places as readonly [Place]
  a.start().found(1, 2)
  town.mustLead(2)
  a.kill()
  const sitter = new Sitter(town, a.start(), ['gone:1', 'off:1'])
  await until(town, () => sitter.isReady, 'a node that is ready')
})

test('a group that somebody speaks of is a seat that is missing until it is taken', async () => {
  const [town, c] = halfSeated()
  c.start()
  const [a, b] = town.places as readonly [Place, Place]
  const sitter = new Sitter(town, c, ['a:1'])
  await until(town, () => sitter.isReady, 'a node that is ready')
  a.found(3)
  town.mustLead(3)
  town.until(() => a.replica(3).roster.roster.replicas.length === 1, 'the founder’s enrolment')
  sitter.seats.onUnknownGroup(groupId(3))
  expect([sitter.isReady, sitter.seats.facts()]).toEqual([
    false,
    { areConfirmed: false, missing: 1 },
  ])
  b.askSeats(a)
  await until(town, () => sitter.isReady, 'a node that is ready')
  expect(c.has(3)).toBe(true)
})

test('a group that nobody has is forgotten once all have answered, and not before', async () => {
  const town = settled(three)
  const [, b, c] = town.places as readonly [Place, Place, Place]
  const sitter = new Sitter(town, c, ['a:1'])
  sitter.seats.onUnknownGroup(groupId(7))
  expect(sitter.seats.facts()).toEqual({ areConfirmed: false, missing: 1 })
  await until(town, () => sitter.isReady, 'a node that is ready')
  b.kill()
  sitter.seats.onUnknownGroup(groupId(7))
  for (let turn = 0; turn < 1000; turn++) {
    await settle()
    town.clock.pass(10)
    expect(sitter.isReady).toBe(false)
  }
  b.start()
  await until(town, () => sitter.isReady, 'a node that is ready')
})
