/** Who lives in a data folder, on real folders: what is found, settled, lost and refused. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WeirError } from '../base/errors.ts'
import { nodeId } from '../base/ids.ts'
import { DataFolder } from '../io/data-folder.ts'
import { FolderDisk } from '../io/disk.ts'
import { tempFolder } from '../io/testing/folder.ts'
import type { NodeSettings } from './settings.ts'
import type { SeedAnswer } from './start.ts'
import { settle, type Tenancy } from './tenancy.ts'

const here = { host: '127.0.0.1', port: 0 }

function settingsOf(path: string, more: Partial<NodeSettings> = {}): NodeSettings {
  return {
    node: nodeId('n1'),
    data: path,
    listen: here,
    http: here,
    advertise: undefined,
    join: [],
    founds: false,
    groups: 2,
    zone: '',
    log: undefined,
    logLevel: 'info',
    tls: undefined,
    dial: new Map(),
    ...more,
  }
}

const member = (cluster: string): SeedAnswer => ({
  kind: 'member',
  address: 'n2:1',
  node: nodeId('n2'),
  cluster,
})
const silent: SeedAnswer = { kind: 'silent', address: 'n2:1', why: 'refused' }

const PAUSES_MAX = 5

/** One life of a node on a folder; what the seeds say, question by question. */
class Life {
  readonly logged: string[] = []
  /** Of what was logged: code and reason, where there is one. */
  readonly whys: string[] = []
  readonly facts: Readonly<Record<string, unknown>>[] = []
  questions = 0
  pauses = 0
  readonly greetings: string[] = []
  /** For whom seats were asked for while the log was kept. */
  readonly seats: string[] = []
  #ids = 0
  readonly #path: string
  readonly #name: string
  readonly #more: Partial<NodeSettings>
  readonly #seeds: readonly (readonly SeedAnswer[])[]
  readonly #seatAnew: () => Promise<void>

  constructor(
    path: string,
    name: string,
    more: Partial<NodeSettings> = {},
    seeds: readonly (readonly SeedAnswer[])[] = [[]],
    seatAnew: () => Promise<void> = () => Promise.reject(new Error('nobody gives a seat')),
  ) {
    this.#seatAnew = seatAnew
    this.#path = path
    this.#name = name
    this.#more = more
    this.#seeds = seeds
  }

  /** Settles and closes the log again. */
  async live(): Promise<Tenancy> {
    const tenancy = await settle({
      settings: settingsOf(this.#path, this.#more),
      folder: await DataFolder.open(this.#path),
      logger: {
        log: (level, message, facts) => {
          this.logged.push(`${level} ${message}`)
          if (facts !== undefined) this.facts.push(facts)
          if (facts?.['code'] !== undefined) this.whys.push(`${facts['code']} ${facts['why']}`)
        },
      },
      makeDisk: path => new FolderDisk(path),
      newId: () => `${this.#name}-${++this.#ids}`,
      askSeeds: () => Promise.resolve(this.#seeds[this.questions++] ?? this.#seeds.at(-1) ?? []),
      greet: ({ cluster, formerly }) => this.greetings.push(`${cluster}/${formerly}`),
      seatAnew: ({ cluster, store }) => {
        this.seats.push(`${cluster}/${store}`)
        return this.#seatAnew()
      },
      pause: () => {
        this.pauses++
        return this.pauses > PAUSES_MAX ? Promise.reject(new Error('stopped')) : Promise.resolve()
      },
    })
    await new Promise<void>(resolve => tenancy.store.close(resolve))
    return tenancy
  }

  async refusal(): Promise<WeirError> {
    const error = await this.live().catch(one => one as unknown)
    expect(error).toBeInstanceOf(WeirError)
    return error as WeirError
  }
}

const founds = { founds: true }
const lostIn = (path: string) =>
  readdirSync(path)
    .filter(name => name.startsWith('log-lost'))
    .sort()
const fileOf = (path: string) => JSON.parse(readFileSync(join(path, 'node'), 'utf8'))

async function founded(): Promise<string> {
  const path = tempFolder()
  await new Life(path, 'first', founds).live()
  return path
}

const lossSaid = 'error the log is not trusted; this node joins anew with another store'

test('a founder makes cluster and store, and remembers how many groups it owes', async () => {
  const path = tempFolder()
  const life = new Life(path, 'x', founds)
  const { tenant, store } = await life.live()
  const expected = { cluster: 'x-1', node: 'n1', store: 'x-2', isMade: true, founding: 2 }
  expect(tenant).toEqual(expected)
  expect(fileOf(path)).toMatchObject(expected)
  expect(store.boot).toBe(1)
  expect(life.logged).toEqual(['info founding a cluster'])
})

test('who joins takes the cluster of the others and founds no groups', async () => {
  const path = tempFolder()
  const life = new Life(path, 'x', founds, [[member('c7')]])
  expect((await life.live()).tenant).toMatchObject({ cluster: 'c7', store: 'x-1', founding: 0 })
  expect(life.logged).toEqual(['info joining a cluster'])
})

test('who has a past asks nobody: its folder says who it is', async () => {
  const path = await founded()
  const life = new Life(path, 'second', {}, [[member('another')]])
  const { tenant, store } = await life.live()
  expect(tenant).toMatchObject({ cluster: 'first-1', store: 'first-2', founding: 2 })
  expect(store.boot).toBe(2)
  expect([life.questions, life.logged]).toEqual([0, []])
})

test('it asks until it is clear, and says once what it waits for', async () => {
  const seeds = [[silent], [silent], [], [member('c7')]]
  const life = new Life(tempFolder(), 'x', {}, seeds)
  expect((await life.live()).tenant.cluster).toBe('c7')
  expect([life.questions, life.pauses]).toEqual([4, 3])
  expect(life.logged).toEqual([
    'warn waiting for a cluster',
    'warn waiting for a cluster',
    'info joining a cluster',
  ])
})

test('a node that is stopped while it waits leaves nothing behind', async () => {
  const path = tempFolder()
  await expect(new Life(path, 'x').live()).rejects.toThrow('stopped')
  expect(existsSync(join(path, 'node'))).toBe(false)
  expect((await new Life(path, 'y', founds).live()).tenant.cluster).toBe('y-1')
})

test('what cannot be is refused before anything is written', async () => {
  const path = tempFolder()
  const seeds = [[member('c1'), { ...member('c2'), address: 'n3:1', node: nodeId('n3') }]]
  expect(await new Life(path, 'x', {}, seeds).refusal()).toMatchObject({ code: 'several-clusters' })
  expect(readdirSync(path)).toEqual([])
})

test('a folder of another node is refused with both names', async () => {
  const path = await founded()
  const error = await new Life(path, 'x', { node: nodeId('n9') }).refusal()
  expect(error).toMatchObject({
    code: 'store-of-another-node',
    message: expect.stringMatching(/belongs to node n1, not to n9; .*empty one/),
  })
  expect((await new Life(path, 'x').live()).tenant.store).toBe('first-2')
})

test('a process that died after it decided goes on as who it decided to be', async () => {
  const path = tempFolder()
  const tenant = { cluster: 'c7', node: 'n1', store: 's1', isMade: false, founding: 3 }
  await (await DataFolder.open(path)).writeTenant(tenant)
  const life = new Life(path, 'x')
  expect((await life.live()).tenant).toEqual({ ...tenant, isMade: true })
  expect(life.questions).toBe(0)
})

test('a log that is gone makes another store of the same cluster, and founds nothing', async () => {
  const path = await founded()
  rmSync(join(path, 'log'), { recursive: true })
  const life = new Life(path, 'second', founds, [[silent], [member('first-1')]])
  const { tenant, store } = await life.live()
  expect(tenant).toMatchObject({ cluster: 'first-1', store: 'second-1', founding: 0 })
  expect(store.boot).toBe(1)
  expect(life.logged).toEqual([lossSaid, 'warn waiting for a cluster', 'info joining a cluster'])
})

test('every log that is lost is set aside for people, and told with what to do', async () => {
  const path = await founded()
  const stores = ['first-2', 'second-1', 'third-1']
  for (const [at, turn] of ['second', 'third'].entries()) {
    const names = readdirSync(join(path, 'log'))
    for (const name of names.filter(one => one.startsWith('log-'))) rmSync(join(path, 'log', name))
    writeFileSync(join(path, 'log', `left-by-${turn}`), '')
    const life = new Life(path, turn, {}, [[member('first-1')]])
    await life.live()
    const aside = join(path, `log-lost-${stores[at]}`)
    expect(readdirSync(aside).sort()).toEqual(['boot', 'identity', `left-by-${turn}`].sort())
    expect(life.facts).toContainEqual({
      folder: aside,
      advice: expect.stringContaining('remove it when nobody needs it'),
    })
    expect(fileOf(path)).toMatchObject({ store: `${turn}-1`, isMade: true })
  }
  expect(lostIn(path)).toEqual(['log-lost-first-2', 'log-lost-second-1'])
})

const newestOf = (path: string) =>
  readdirSync(join(path, 'log'))
    .filter(name => name.startsWith('log-'))
    .sort()
    .at(-1) ?? ''

test.each([
  ['is gone', (file: string) => rmSync(file), /log-lost.*was begun/],
  ['is cut in half', (file: string) => truncateSync(file, 30), /log-damaged.*(broken|ends at)/],
])('a log whose newest segment %s is lost: another replica begins', async (_, harm, why) => {
  const path = await founded()
  harm(join(path, 'log', newestOf(path)))
  const life = new Life(path, 'second', founds, [[silent], [member('first-1')]])
  const { tenant } = await life.live()
  expect(tenant).toMatchObject({ cluster: 'first-1', store: 'second-1', founding: 0 })
  expect(life.logged[0]).toBe(lossSaid)
  expect(life.whys[0]).toMatch(why)
  expect(life.whys[0]).not.toMatch(/empty the folder/)
  expect(readdirSync(join(path, 'log-lost-first-2'))).toContain('identity')
})

test('starting again while no cluster answers keeps the log that was set aside', async () => {
  const path = await founded()
  const newest = newestOf(path)
  const kept = readdirSync(join(path, 'log')).filter(name => name !== newest)
  rmSync(join(path, 'log', newest))
  for (const turn of ['second', 'third', 'fourth']) {
    await expect(new Life(path, turn).live()).rejects.toThrow('stopped')
    expect(readdirSync(join(path, 'log-lost-first-2')).sort()).toEqual(kept.sort())
    expect(fileOf(path)).toMatchObject({ store: 'first-2' })
  }
  const { tenant } = await new Life(path, 'fifth', {}, [[member('first-1')]]).live()
  expect(tenant).toMatchObject({ cluster: 'first-1', store: 'fifth-1' })
  expect(readdirSync(join(path, 'log-lost-first-2')).sort()).toEqual(kept.sort())
})

test('a log that proved to be lost in an earlier life is not opened again', async () => {
  const path = await founded()
  await (await DataFolder.open(path)).distrustLog('first-2', {
    why: 'image-damaged: the image is gone',
    groups: [1],
  })
  const waiting = new Life(path, 'second', founds, [[silent]])
  await expect(waiting.live()).rejects.toThrow('stopped')
  expect(waiting.whys[0]).toBe('log-distrusted image-damaged: the image is gone')
  const life = new Life(path, 'third', founds, [[member('first-1')]])
  expect((await life.live()).tenant).toMatchObject({ cluster: 'first-1', store: 'third-1' })
  expect(readdirSync(join(path, 'log-lost-first-2'))).toContain('identity')
  // What was held against the one is nothing against the other.
  expect((await new Life(path, 'fourth').live()).tenant.store).toBe('third-1')
})

const called = async (path: string) =>
  (await DataFolder.open(path)).distrustLog('first-2', {
    why: 'old-incarnation: a peer remembers more',
    groups: [1],
  })

test('a log that was called old stays until there is a seat that does not need it', async () => {
  const path = await founded()
  await called(path)
  const before = readdirSync(join(path, 'log'))
  for (const turn of ['second', 'third']) {
    const waiting = new Life(path, turn, founds, [[member('first-1')]])
    await expect(waiting.live()).rejects.toThrow('nobody gives a seat')
    // Whoever starts again asks for the very same seats.
    expect(waiting.seats).toEqual(['first-1/second-1'])
    expect(waiting.greetings).toEqual(['/first-1'])
    expect(waiting.logged).toEqual([expect.stringContaining('kept until every group has another')])
    expect(waiting.facts[0]?.['advice']).toMatch(/--join.*docs\/backup.md/)
    expect(readdirSync(join(path, 'log'))).toEqual(before)
    expect([lostIn(path), fileOf(path).store]).toEqual([[], 'first-2'])
  }
  const seated = new Life(path, 'fourth', founds, [[]], () => Promise.resolve())
  const { tenant, store } = await seated.live()
  expect(tenant).toEqual({ ...tenant, cluster: 'first-1', store: 'second-1', founding: 0 })
  expect(seated.seats).toEqual(['first-1/second-1'])
  expect(seated.greetings).toEqual(['/first-1', 'first-1/'])
  expect(store.boot).toBe(1)
  expect(readdirSync(join(path, 'log-lost-first-2')).sort()).toEqual(before.sort())
})

test('the process that ends behind its seat asks for another one', async () => {
  const path = await founded()
  await called(path)
  const folder = await DataFolder.open(path)
  // It set the log aside, and did not write down who it is from then on.
  await folder.setLogAside('first-2', name => name === 'identity')
  const life = new Life(path, 'second', {}, [[]], () => Promise.resolve())
  expect((await life.live()).tenant.store).toBe('second-1')
  expect(lostIn(path)).toEqual(['log-lost-first-2'])
})

test('whoever loses log after log is stopped, and none of them is removed', async () => {
  const path = await founded()
  for (let loss = 1; loss <= 8; loss++) mkdirSync(join(path, `log-lost-${loss}`))
  rmSync(join(path, 'log', newestOf(path)))
  const error = await new Life(path, 'second', {}, [[member('first-1')]]).refusal()
  expect(error).toMatchObject({
    code: 'too-many-lost-logs',
    message: expect.stringMatching(/holds 8 logs .*log-lost-1, .*; .*remove those that nobody/),
  })
  expect(lostIn(path)).toHaveLength(8)
  rmSync(join(path, 'log-lost-3'), { recursive: true })
  await new Life(path, 'third', {}, [[member('first-1')]]).live()
  expect(lostIn(path)).toContain('log-lost-first-2')
})

test('a process that died between setting the log aside and its new name', async () => {
  const path = await founded()
  rmSync(join(path, 'log'), { recursive: true })
  // It waits for its cluster, and is stopped before that answers.
  await expect(new Life(path, 'second').live()).rejects.toThrow('stopped')
  expect(fileOf(path)).toMatchObject({ cluster: 'first-1', store: 'first-2', isMade: true })
  const { tenant } = await new Life(path, 'third', {}, [[member('first-1')]]).live()
  expect(tenant).toMatchObject({ cluster: 'first-1', store: 'third-1' })
})

test('who lost its log does not join another cluster than before', async () => {
  const path = await founded()
  rmSync(join(path, 'log'), { recursive: true })
  const life = new Life(path, 'second', founds, [[member('another')]])
  expect(await life.refusal()).toMatchObject({ code: 'store-of-another-cluster' })
})

test.each([
  ['cluster', { cluster: 'another' }, 'store-of-another-cluster'],
  ['node', { node: 'n9' }, 'store-of-another-node'],
  ['folder', { store: 'another' }, 'store-of-another-folder'],
])('a log of another %s is no loss: people must look', async (_, other, code) => {
  const path = await founded()
  writeFileSync(join(path, 'node'), JSON.stringify({ ...fileOf(path), ...other }))
  const before = readdirSync(join(path, 'log'))
  const settings = 'node' in other ? { node: nodeId(other.node) } : {}
  const life = new Life(path, 'x', settings, [[member('first-1')]])
  expect(await life.refusal()).toMatchObject({ code })
  expect(lostIn(path)).toEqual([])
  expect(readdirSync(join(path, 'log'))).toEqual(before)
})

test.each([
  ['no JSON', '{"is":'],
  ['another format', '{"is":"weir-node-9"}'],
  ['no store', '{"is":"weir-node-1","cluster":"c","node":"n1","store":""}'],
])('a file that is %s is not guessed at', async (_, text) => {
  const path = await founded()
  writeFileSync(join(path, 'node'), text)
  const error = await new Life(path, 'x', founds).refusal()
  expect(error).toMatchObject({ code: 'data-damaged' })
  expect(readFileSync(join(path, 'node'), 'utf8')).toBe(text)
})

test('a folder that is a file is refused by name', async () => {
  const path = join(tempFolder(), 'data')
  writeFileSync(path, '')
  expect(await new Life(path, 'x', founds).refusal()).toMatchObject({ code: 'data-unusable' })
  rmSync(path)
  mkdirSync(path)
  expect((await new Life(path, 'x', founds).live()).tenant.node).toBe('n1')
})
