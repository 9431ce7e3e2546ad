/** Taking seats: whom is asked, what is believed of the answers, and when it is over. */

import { expect, test } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import { groupId, nodeId, type ReplicaId } from '../../base/ids.ts'
import type { JoinAnswer, Place, Seat } from '../../io/members/service.ts'
import { Seating } from './seating.ts'

const place = (replica: number, node: string): Place => ({
  replica,
  node,
  store: `${node}-1`,
  boot: 1,
  opening: 'o',
  address: `${node}:1`,
  http: `${node}:2`,
})

const self = { ...place(0, 'me'), node: nodeId('me') }

const seat = (group: number, replica: number, ...places: readonly Place[]): Seat => ({
  group,
  replica,
  leader: '',
  places,
})

const yes = (...groups: readonly Seat[]): JoinAnswer => ({ code: '', message: '', groups })
const no = (code: string): JoinAnswer => ({ code, message: `because of ${code}`, groups: [] })

/** What each address says, round by round; the last word stays, a text is thrown. */
type Script = Readonly<Record<string, readonly (JoinAnswer | string)[]>>

const ROUNDS_MAX = 300

class Table {
  readonly asked: string[] = []
  /** Where somebody was asked whether he is this node, and where one says so. */
  readonly greeted: string[] = []
  readonly namesakes = new Set<string>()
  readonly made = new Map<number, number>()
  readonly leads = new Set<number>()
  readonly told: string[] = []
  readonly logged: string[] = []
  readonly addresses: string[]
  rounds = 1
  onPause = () => {}
  readonly seating: Seating
  readonly #script: Script
  readonly #turns = new Map<string, number>()

  constructor(script: Script, addresses: readonly string[] = Object.keys(script)) {
    this.#script = script
    this.addresses = [...addresses]
    this.seating = new Seating({
      logger: {
        log: (_level, message, facts) => this.logged.push(`${message}: ${facts?.['why']}`),
      },
      self,
      isNamesake: address => {
        this.greeted.push(address)
        return Promise.resolve(this.namesakes.has(address))
      },
      addresses: () => this.addresses,
      join: address => this.#answer(address),
      replicaHere: group => this.made.get(group) as ReplicaId | undefined,
      leadsHere: group => this.leads.has(group),
      create: (group, replica) => {
        this.made.set(group, replica)
        return Promise.resolve()
      },
      tell: (group, places) => {
        for (const one of places) {
          this.told.push(`${group}: ${one.replica} is ${one.node}`)
          if (!this.addresses.includes(one.address)) this.addresses.push(one.address)
        }
      },
      pause: () => {
        this.rounds++
        this.onPause()
        const isEnough = this.rounds > ROUNDS_MAX
        return isEnough ? Promise.reject(new Error('it never ends')) : Promise.resolve()
      },
    })
  }

  /** Groups of the log, which are named before anybody is asked. */
  hold(...groups: readonly number[]): void {
    for (const group of groups) {
      this.made.set(group, 9)
      this.seating.name(groupId(group))
    }
  }

  run(): Promise<void> {
    return this.seating.run()
  }

  #answer(address: string): Promise<JoinAnswer> {
    this.asked.push(address)
    const lines = this.#script[address] ?? []
    const turn = this.#turns.get(address) ?? 0
    this.#turns.set(address, turn + 1)
    const line = lines[Math.min(turn, lines.length - 1)] ?? 'refused'
    return typeof line === 'string' ? Promise.reject(new Error(line)) : Promise.resolve(line)
  }
}

test('who is alone is seated when it leads all that it holds', async () => {
  const table = new Table({})
  table.hold(1, 2)
  table.leads.add(1)
  table.onPause = () => {
    if (table.rounds === 3) table.leads.add(2)
  }
  await table.run()
  expect([table.asked, table.rounds, table.seating.isSeated]).toEqual([[], 3, true])
})

test('a leader goes on though none answers of those that it was told of', async () => {
  const table = new Table({ gone: ['refused'], off: ['too late'] })
  table.hold(1)
  table.leads.add(1)
  await table.run()
  expect([table.asked, table.rounds]).toEqual([['gone', 'off'], 1])
})

test('a leader of all that it holds waits for what others name', async () => {
  const table = new Table({ a: [yes(seat(1, 0), seat(2, 0)), 'refused', yes(seat(2, 4))] })
  table.hold(1)
  table.leads.add(1)
  await table.run()
  expect([table.rounds, table.made.get(2)]).toEqual([3, 4])
})

test.each([
  ['nothing and has nobody to ask', [], []],
  ['groups that others lead, and nobody answers', [1], ['refused']],
  ['a group that is named by nobody else', [1], [yes(seat(2, 4))]],
])('who holds %s is not seated', async (_, held, said) => {
  const table = new Table(said.length === 0 ? {} : { a: said })
  table.hold(...held)
  await expect(table.run()).rejects.toThrow('it never ends')
  expect(table.seating.isSeated).toBe(false)
})

test('a seat is taken in each group that its leader confirms', async () => {
  const table = new Table({ a: [yes(seat(1, 3), seat(2, 4))] })
  await table.run()
  expect([...table.made]).toEqual([
    [1, 3],
    [2, 4],
  ])
  expect(table.rounds).toBe(1)
  expect(table.seating.isSeated).toBe(true)
})

test('several leaders on several nodes: all are asked, none is waited for alone', async () => {
  const table = new Table({
    a: [yes(seat(1, 3), seat(2, 0))],
    b: [yes(seat(1, 0), seat(2, 4))],
  })
  await table.run()
  expect(table.asked).toEqual(['a', 'b'])
  expect(table.made.size).toBe(2)
})

test('seeds that do not answer hold nobody up', async () => {
  const table = new Table({ x: ['refused'], a: [yes(seat(1, 3))], y: ['too late'] })
  await table.run()
  expect(table.asked).toEqual(['x', 'a', 'y'])
  expect([...table.made]).toEqual([[1, 3]])
  expect(table.logged).toEqual([])
})

test('who is named in an answer is asked in the same round, and nobody twice', async () => {
  const table = new Table({
    'a:1': [yes(seat(1, 0, place(1, 'a'), place(2, 'b')))],
    'b:1': [yes(seat(1, 3, place(1, 'a'), place(2, 'b')))],
  })
  table.addresses.splice(1)
  await table.run()
  expect(table.asked).toEqual(['a:1', 'b:1'])
  expect(table.told.slice(0, 2)).toEqual(['1: 1 is a', '1: 2 is b'])
  expect(table.rounds).toBe(1)
})

test('places are told before the group is made: it must send to them', async () => {
  const table = new Table({ a: [yes(seat(1, 3, place(1, 'a')))] })
  let known = 0
  const set = table.made.set.bind(table.made)
  table.made.set = (group, replica) => {
    known = table.told.length
    return set(group, replica)
  }
  await table.run()
  expect(known).toBe(1)
})

test('a group without a leader is asked for until there is one', async () => {
  const table = new Table({ a: [yes(seat(1, 0)), yes(seat(1, 0)), yes(seat(1, 3))] })
  await table.run()
  expect(table.rounds).toBe(3)
  expect([...table.made]).toEqual([[1, 3]])
})

test('a member without groups is no answer: the founder is still at it', async () => {
  const table = new Table({ a: [yes(), yes(seat(1, 2))] })
  await table.run()
  expect(table.rounds).toBe(2)
})

test('a group that this node leads needs nobody’s leave', async () => {
  const table = new Table({ a: [yes(seat(1, 0))] })
  table.made.set(1, 2)
  table.leads.add(1)
  await table.run()
  expect(table.rounds).toBe(1)
})

test('what was confirmed stays confirmed while the others come', async () => {
  const table = new Table({
    a: [yes(seat(1, 3), seat(2, 0)), yes(seat(1, 0), seat(2, 4))],
  })
  await table.run()
  expect(table.rounds).toBe(2)
})

test('what is missing are the groups that were named and are not here', async () => {
  const table = new Table({
    a: [yes(seat(1, 0), seat(2, 0), seat(3, 5)), yes(seat(1, 3), seat(2, 0)), yes(seat(2, 4))],
  })
  table.made.set(1, 3)
  const missing = [table.seating.missing]
  table.onPause = () => missing.push(table.seating.missing)
  await table.run()
  expect([...missing, table.seating.missing]).toEqual([0, 1, 1, 0])
})

test('a group that somebody spoke of is waited for until all have answered', async () => {
  const later = ['no answer', 'no answer', yes(seat(7, 5))]
  const table = new Table({ a: [yes(seat(1, 3))], b: later })
  table.seating.name(groupId(7))
  await table.run()
  expect(table.rounds).toBe(3)
  expect(table.made.get(7)).toBe(5)
})

test('a group of which nobody who answers knows is waited for no longer', async () => {
  const table = new Table({ a: [yes(seat(1, 3))], b: ['no answer', yes(seat(1, 0))] })
  table.seating.name(groupId(7))
  await table.run()
  expect(table.rounds).toBe(2)
  expect([...table.made]).toEqual([[1, 3]])
})

test('a replica that is here already is confirmed, not made again', async () => {
  const table = new Table({ a: [yes(seat(1, 3))] })
  table.made.set(1, 3)
  await table.run()
  expect(table.rounds).toBe(1)
  expect([...table.made]).toEqual([[1, 3]])
})

test('another replica than the one that is here is refused with both', async () => {
  const table = new Table({ a: [yes(seat(1, 4))] })
  table.made.set(1, 3)
  const error = await table.run().catch(one => one as WeirError)
  expect(error).toBeInstanceOf(WeirError)
  expect(error).toMatchObject({
    code: 'replica-mismatch',
    message: expect.stringMatching(/holds replica 3 of group 1.*as 4.*empty the data folder/),
  })
})

test.each(['store-replaced', 'roster-full', 'of a later version'])('%s ends it', async code => {
  const table = new Table({ a: [no(code)], b: [yes(seat(1, 3))] })
  const error = await table.run().catch(one => one as WeirError)
  expect(error).toMatchObject({ code, message: expect.stringContaining(`because of ${code}`) })
  expect(table.made.size).toBe(0)
})

test('whoever takes the place of one that fell asks until that one is seen dead', async () => {
  const table = new Table({ a: [...Array(110).fill(no('node-id-taken')), yes(seat(1, 3))] })
  await table.run()
  expect([table.rounds, table.made.get(1)]).toEqual([111, 3])
})

test('a round in which nobody says that the id is kept is the end of one fall', async () => {
  const taken = Array(80).fill(no('node-id-taken'))
  const table = new Table({ a: [...taken, yes(seat(1, 0)), ...taken, yes(seat(1, 3))] })
  await table.run()
  expect([table.rounds, table.made.get(1)]).toEqual([162, 3])
})

test('an id that somebody else keeps ends it, and nothing was made', async () => {
  const table = new Table({ a: [no('node-id-taken')], b: ['refused'] })
  const error = await table.run().catch(one => one as WeirError)
  expect(error).toMatchObject({ code: 'node-id-taken' })
  expect([table.rounds, table.made.size, table.told]).toEqual([120, 0, []])
})

test('its namesake is asked at its own place before anything is believed', async () => {
  const before = { ...place(1, 'me'), store: 'me-0', address: 'old:1' }
  const table = new Table({ a: [yes(seat(1, 4, before, place(2, 'b')))] })
  table.namesakes.add('old:1')
  const error = await table.run().catch(one => one as WeirError)
  expect(error).toMatchObject({
    code: 'node-id-taken',
    message: expect.stringMatching(/called me runs at old:1 already; give each .* --id/),
  })
  expect([table.greeted, table.made.size, table.told]).toEqual([['old:1'], 0, []])
})

test('a former self that is gone is asked once, and this node itself never', async () => {
  const before = { ...place(1, 'me'), store: 'me-0', address: 'old:1' }
  const here = { ...place(2, 'me'), store: 'me-00' }
  const all = [before, here, place(3, 'me'), place(4, 'b')]
  const table = new Table({ a: [yes(seat(1, 0, ...all)), yes(seat(1, 3, ...all))] })
  await table.run()
  expect([table.greeted, table.made.get(1)]).toEqual([['old:1'], 3])
})

test('a node of another cluster is told once, and passed over as one of none yet', async () => {
  const a = [yes(seat(1, 0)), yes(seat(1, 0)), yes(seat(1, 3))]
  const table = new Table({ x: [no('wrong-cluster')], y: [no('no-cluster')], a })
  await table.run()
  expect([table.made.size, table.rounds]).toEqual([1, 3])
  expect(table.logged).toEqual([
    'a node named by --join is of another cluster: because of wrong-cluster',
  ])
})

test('when nobody answers it is told once, and again when the reason changes', async () => {
  const table = new Table({
    a: ['refused', 'refused', 'too late', 'too late', yes(seat(1, 3))],
    b: ['refused', no('no-cluster'), no('no-cluster'), 'refused'],
  })
  await table.run()
  expect(table.logged).toEqual([
    'no member of the cluster answers: a (refused), b (refused)',
    'no member of the cluster answers: a (refused), b (because of no-cluster)',
    'no member of the cluster answers: a (too late), b (because of no-cluster)',
    'no member of the cluster answers: a (too late), b (refused)',
  ])
})

test('a seed that is found while it is asked is asked the next time', async () => {
  const table = new Table({ a: ['refused'], late: [yes(seat(1, 3))] }, ['a'])
  table.onPause = () => {
    if (!table.addresses.includes('late')) table.addresses.push('late')
  }
  await table.run()
  expect(table.asked).toEqual(['a', 'a', 'late'])
})

test('a node that stops asks nobody any more', async () => {
  const table = new Table({ a: ['refused'] })
  await expect(table.run()).rejects.toThrow('it never ends')
  expect(table.asked).toHaveLength(ROUNDS_MAX)
})
