/** Taking seats: whom it asks, when it is content, and what it will not put up with. */

import { expect, test } from 'vitest'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../base/ids.ts'
import type { JoinAnswer, Place, Seat } from '../io/members/service.ts'
import type { Enrolled } from './roster/roster.ts'
import { Seating } from './seating.ts'

const place = (node: string, replica: number): Place => ({
  replica,
  node,
  store: `${node}-1`,
  boot: 1,
  address: `${node}:1`,
  http: `${node}:2`,
})

const seat = (group: number, replica: number, places: readonly Place[] = []): Seat => ({
  group,
  replica,
  leader: '',
  places,
})

const answer = (...groups: readonly Seat[]): JoinAnswer => ({ code: '', message: '', groups })
const refused = (code: string): JoinAnswer => ({ code, message: `because ${code}`, groups: [] })

/** What each address answers, one time after the other; the last is repeated. */
type Script = Readonly<Record<string, readonly (JoinAnswer | Error)[]>>

class Scene {
  readonly asked: string[] = []
  readonly created: string[] = []
  readonly told: string[] = []
  readonly logged: string[] = []
  readonly here = new Map<GroupId, ReplicaId>()
  readonly led = new Set<GroupId>()
  readonly known = new Set<string>()
  pauses = 0
  readonly seating: Seating

  constructor(script: Script) {
    const turns = new Map<string, number>()
    for (const address of Object.keys(script)) this.known.add(address)
    this.seating = new Seating({
      logger: { log: (level, message) => this.logged.push(`${level} ${message}`) },
      addresses: () => [...this.known],
      join: address => {
        this.asked.push(address)
        const turn = turns.get(address) ?? 0
        turns.set(address, turn + 1)
        const said = script[address]?.[turn] ?? script[address]?.at(-1)
        if (said === undefined) return Promise.reject(new Error('nobody there'))
        return said instanceof Error ? Promise.reject(said) : Promise.resolve(said)
      },
      replicaHere: group => this.here.get(group),
      leadsHere: group => this.led.has(group),
      create: (group, replica) => {
        this.created.push(`${group}/${replica}`)
        this.here.set(group, replica)
        return Promise.resolve()
      },
      tell: (group, places: readonly Enrolled[]) => {
        for (const one of places) this.told.push(`${group} ${one.node}/${one.replica}`)
      },
      pause: () => {
        this.pauses++
        if (this.pauses > 20) return Promise.reject(new Error('too long'))
        return Promise.resolve()
      },
    })
  }
}

test('each group that is given is made here, once', async () => {
  const scene = new Scene({ a: [answer(seat(1, 2), seat(2, 3))], b: [answer(seat(1, 0))] })
  await scene.seating.run()
  expect(scene.created).toEqual(['1/2', '2/3'])
  expect(scene.asked).toEqual(['a', 'b'])
  expect(scene.seating.isSeated).toBe(true)
  expect(scene.pauses).toBe(0)
})

test('where replicas live is told before the group is made', async () => {
  const scene = new Scene({ a: [answer(seat(1, 2, [place('a', 1), place('me', 2)]))] })
  await scene.seating.run()
  expect(scene.told).toEqual(['1 a/1', '1 me/2'])
})

test('a group that is only named is asked for again, until its leader is found', async () => {
  const scene = new Scene({
    a: [answer(seat(1, 2), seat(2, 0))],
    b: [answer(seat(2, 0)), answer(seat(2, 0)), answer(seat(2, 5))],
  })
  await scene.seating.run()
  expect(scene.created).toEqual(['1/2', '2/5'])
  expect(scene.pauses).toBe(2)
})

test('nodes that it hears of meanwhile are asked in the same round', async () => {
  const scene = new Scene({ a: [answer(seat(1, 0))], c: [answer(seat(1, 2))] })
  scene.known.delete('c')
  const run = scene.seating.run()
  scene.known.add('c')
  await run
  expect(scene.asked).toEqual(['a', 'c'])
})

test('a replica that is there already is confirmed, not made', async () => {
  const scene = new Scene({ a: [answer(seat(1, 2))] })
  scene.here.set(groupId(1), replicaId(2))
  await scene.seating.run()
  expect(scene.created).toEqual([])
  expect(scene.seating.isSeated).toBe(true)
})

test('a leader needs nobody’s leave', async () => {
  const scene = new Scene({ a: [answer(seat(1, 0))] })
  scene.here.set(groupId(1), replicaId(1))
  scene.led.add(groupId(1))
  await scene.seating.run()
  expect(scene.seating.isSeated).toBe(true)
})

test('whoever has nobody to ask is content', async () => {
  const scene = new Scene({})
  await scene.seating.run()
  expect(scene.asked).toEqual([])
  expect(scene.seating.isSeated).toBe(false)
})

test('members that do not answer are asked again, and it is said once', async () => {
  const gone = new Error('refused')
  const scene = new Scene({ a: [gone, gone, gone, answer(seat(1, 2))], b: [gone] })
  await scene.seating.run()
  expect(scene.pauses).toBe(3)
  expect(scene.logged).toEqual(['warn no member of the cluster answers'])
  expect(scene.created).toEqual(['1/2'])
})

test('a node that is of no cluster yet is as good as silent', async () => {
  const scene = new Scene({ a: [refused('wrong-cluster'), answer(seat(1, 2))] })
  await scene.seating.run()
  expect(scene.created).toEqual(['1/2'])
})

test('an answer without groups is no seat', async () => {
  const scene = new Scene({ a: [answer(), answer(seat(1, 2))] })
  await scene.seating.run()
  expect(scene.pauses).toBe(1)
})

test.each(['store-replaced', 'roster-full'])('%s ends it', async code => {
  const scene = new Scene({ a: [refused(code)] })
  await expect(scene.seating.run()).rejects.toMatchObject({
    code,
    message: `${code}: because ${code}`,
  })
})

test('another replica than the log holds ends it', async () => {
  const scene = new Scene({ a: [answer(seat(1, 5))] })
  scene.here.set(groupId(1), replicaId(2))
  await expect(scene.seating.run()).rejects.toMatchObject({
    code: 'replica-mismatch',
    message: expect.stringContaining('holds replica 2 of group 1, its members know this node as 5'),
  })
})

test('a node that stops is not kept', async () => {
  const scene = new Scene({ a: [new Error('gone')] })
  await expect(scene.seating.run()).rejects.toThrow('too long')
  expect(scene.pauses).toBe(21)
})
