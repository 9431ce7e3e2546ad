/** Who lives in a data folder, over real folders and real logs, with seeds that are told. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WeirError } from '../base/errors.ts'
import { nodeId } from '../base/ids.ts'
import { DataFolder, LOST_LOGS_MAX, type Tenant } from '../io/data-folder.ts'
import { FolderDisk } from '../io/disk.ts'
import { tempFolder } from '../io/testing/folder.ts'
import type { SeedAnswer } from './start.ts'
import { settle, type Tenancy, type Wished } from './tenancy.ts'
import { settingsOf } from './testing/fleet.ts'

interface Scene {
  readonly path: string
  readonly id?: string
  readonly founds?: boolean
  readonly groups?: number
  /** What the seeds say, one time after the other; the last is repeated. */
  readonly seeds?: readonly (readonly SeedAnswer[])[]
  readonly seatAnew?: (wished: Wished) => Promise<void>
}

const member = (cluster: string): SeedAnswer => ({
  kind: 'member',
  address: 'a:1',
  node: nodeId('a'),
  cluster,
})
const fresh: SeedAnswer = { kind: 'fresh', address: 'a:1', node: nodeId('a'), founds: false }

const noSeats = () => Promise.reject(new Error('no log was called old'))

async function settled(scene: Scene) {
  const { path, id = 'n1', founds = false, groups = 1, seeds = [[]], seatAnew = noSeats } = scene
  const logged: string[] = []
  const clusters: string[] = []
  let [turn, ids] = [0, 0]
  const folder = await DataFolder.open(path)
  const tenancy = await settle({
    settings: settingsOf(id, { data: path, founds, groups }),
    folder,
    logger: { log: (_, message) => logged.push(message) },
    makeDisk: log => new FolderDisk(log),
    newId: () => `id-${++ids}-${Math.random()}`,
    askSeeds: () => Promise.resolve(seeds[turn++] ?? seeds.at(-1) ?? []),
    greet: ({ cluster, formerly }) => clusters.push(`${cluster}/${formerly}`),
    seatAnew,
    pause: () => (turn > 9 ? Promise.reject(new Error('too long')) : Promise.resolve()),
  })
  return { ...tenancy, folder, logged, clusters, asked: turn }
}

const closed = ({ store }: Pick<Tenancy, 'store'>) =>
  new Promise<void>(resolve => store.close(resolve))

async function lived(scene: Scene): Promise<Tenant> {
  const tenancy = await settled(scene)
  await closed(tenancy)
  return tenancy.tenant
}

test('a founder makes cluster and log, and finds them again without asking anybody', async () => {
  const path = tempFolder()
  const first = await settled({ path, founds: true, groups: 3 })
  expect(first.tenant).toMatchObject({ node: 'n1', isMade: true, founding: 3 })
  expect(first.store.boot).toBe(1)
  expect(first.logged).toEqual(['founding a cluster'])
  await closed(first)
  const again = await settled({ path, founds: true })
  expect(again.tenant).toEqual(first.tenant)
  expect(again.asked).toBe(0)
  expect(again.store.boot).toBe(2)
  await closed(again)
})

test('whoever joins takes the cluster of those that are there', async () => {
  const tenancy = await settled({ path: tempFolder(), founds: true, seeds: [[member('c1')]] })
  expect(tenancy.tenant).toMatchObject({ cluster: 'c1', founding: 0, isMade: true })
  expect(tenancy.store.identity).toMatchObject({ cluster: 'c1', node: 'n1' })
  await closed(tenancy)
})

test('it asks until it is clear, and says once what it waits for', async () => {
  const silent: SeedAnswer = { kind: 'silent', address: 'b:1', why: 'refused' }
  const seeds = [[silent], [silent], [fresh], [member('c1')]]
  const tenancy = await settled({ path: tempFolder(), seeds })
  expect(tenancy.asked).toBe(4)
  expect(tenancy.logged).toEqual([
    'waiting for a cluster',
    'waiting for a cluster',
    'joining a cluster',
  ])
  await closed(tenancy)
})

test('what cannot be is refused with its code', async () => {
  const path = tempFolder()
  await lived({ path, founds: true })
  await expect(settled({ path, id: 'n2' })).rejects.toMatchObject({ code: 'store-of-another-node' })
  const both = [member('c1'), { ...member('c2'), address: 'b:1' }]
  await expect(settled({ path: tempFolder(), seeds: [both] })).rejects.toMatchObject({
    code: 'several-clusters',
  })
})

test.each([true, false])(
  'whoever lost the file node beside its log begins nothing (founds: %s)',
  async founds => {
    const path = tempFolder()
    const { cluster } = await lived({ path, founds: true })
    const file = join(path, 'node')
    renameSync(file, `${file}.kept`)
    const again = settled({ path, founds, seeds: [[member(cluster)]] })
    await expect(again).rejects.toMatchObject({ code: 'node-file-missing' })
    expect(existsSync(file)).toBe(false)
    renameSync(`${file}.kept`, file)
    expect((await lived({ path, founds })).cluster).toBe(cluster)
  },
)

test('a node that waits can be stopped', async () => {
  await expect(settled({ path: tempFolder(), seeds: [[fresh]] })).rejects.toThrow('too long')
})

test('a log that was never made is made at the next start', async () => {
  const path = tempFolder()
  const folder = await DataFolder.open(path)
  const tenant = { cluster: 'c1', node: 'n1', store: 's1', isMade: false, founding: 2 }
  await folder.writeTenant(tenant)
  const tenancy = await settled({ path })
  expect(tenancy.tenant).toEqual({ ...tenant, isMade: true })
  expect(tenancy.asked).toBe(0)
  await closed(tenancy)
})

test.each([
  ['the log is gone', false, (path: string) => rmSync(join(path, 'log'), { recursive: true })],
  [
    'its segments are gone',
    true,
    (path: string) => {
      for (const name of readdirSync(join(path, 'log'))) {
        if (name.startsWith('log-')) rmSync(join(path, 'log', name))
      }
    },
  ],
])('when %s it is another store, of the same cluster', async (_, isSomeLeft, lose) => {
  const path = tempFolder()
  const before = await lived({ path, seeds: [[member('c1')]] })
  lose(path)
  const after = await settled({ path, founds: true, seeds: [[fresh], [member('c1')]] })
  expect(after.tenant).toMatchObject({ cluster: 'c1', founding: 0, isMade: true })
  expect(after.tenant.store).not.toBe(before.store)
  expect(after.store.boot).toBe(1)
  expect(after.logged[0]).toContain('the log is not trusted')
  expect(existsSync(join(path, `log-lost-${before.store}`))).toBe(isSomeLeft)
  await closed(after)
})

test('whoever lost a log joins no other cluster, and founds none', async () => {
  const path = tempFolder()
  await lived({ path, seeds: [[member('c1')]] })
  rmSync(join(path, 'log'), { recursive: true })
  await expect(settled({ path, seeds: [[member('c2')]] })).rejects.toMatchObject({
    code: 'store-of-another-cluster',
  })
  await expect(settled({ path, founds: true, seeds: [[fresh]] })).rejects.toThrow('too long')
})

test('which cluster it is can be told from the moment of the decision', async () => {
  const path = tempFolder()
  const founder = await settled({ path, founds: true })
  const { cluster } = founder.tenant
  expect(founder.clusters).toEqual([`${cluster}/`])
  await closed(founder)
  rmSync(join(path, 'log'), { recursive: true })
  // Without its log it is no member, whatever it was: nobody is to join by its word.
  const again = await settled({ path, seeds: [[fresh], [member(cluster)]] })
  expect(again.clusters).toEqual([`/${cluster}`, `${cluster}/`])
  await closed(again)
})

/** A folder whose log was called old, and holds two groups. */
async function calledOld(): Promise<{ readonly path: string; readonly before: Tenant }> {
  const path = tempFolder()
  const before = await lived({ path, seeds: [[member('c1')]] })
  const folder = await DataFolder.open(path)
  await folder.distrustLog(before.store, { why: 'old-incarnation: it is old', groups: [1, 2] })
  return { path, before }
}

test('a log that was called old: every start asks for the seats of one store', async () => {
  const { path, before } = await calledOld()
  const wished: Wished[] = []
  const seatAnew = (one: Wished) => {
    wished.push(one)
    return wished.length < 3 ? Promise.reject(new Error('killed')) : Promise.resolve()
  }
  for (let start = 0; start < 2; start++) {
    await expect(settled({ path, seatAnew })).rejects.toThrow('killed')
    expect(existsSync(join(path, 'log', 'identity'))).toBe(true)
  }
  const after = await settled({ path, seatAnew })
  expect(wished).toEqual(
    Array(3).fill({ cluster: 'c1', store: after.tenant.store, groups: [1, 2] }),
  )
  expect(after.tenant).toEqual({ ...before, store: after.tenant.store })
  expect(existsSync(join(path, `log-lost-${before.store}`, 'identity'))).toBe(true)
  await closed(after)
})

test('killed between its seats and its log, it goes on with the store that has them', async () => {
  const { path, before } = await calledOld()
  const seatAnew = () => Promise.resolve()
  const after = await settled({ path, seatAnew })
  await closed(after)
  // As far as it had come: the old log is set aside, the new one is not made.
  rmSync(join(path, 'log'), { recursive: true })
  const folder = await DataFolder.open(path)
  for (const left of [
    { ...before, next: after.tenant.store },
    { ...after.tenant, isMade: false },
  ]) {
    await folder.writeTenant(left)
    const again = await settled({ path, seatAnew })
    expect(again.tenant).toEqual(after.tenant)
    // Whatever was said for it before it was made, this is later.
    expect(again.store.boot).toBeGreaterThan(0)
    await closed(again)
    rmSync(join(path, 'log'), { recursive: true })
  }
})

test('where the old log cannot be set aside no seat is asked for', async () => {
  const { path } = await calledOld()
  for (let lost = 0; lost < LOST_LOGS_MAX; lost++) mkdirSync(join(path, `log-lost-s${lost}`))
  for (let start = 0; start < 2; start++) {
    await expect(settled({ path })).rejects.toMatchObject({ code: 'too-many-lost-logs' })
  }
})

test.each(['store-replaced', 'old-incarnation'])(
  'a store that is %s is wished for once',
  async code => {
    const { path, before } = await calledOld()
    const wished: string[] = []
    const seatAnew = ({ store }: Wished) => {
      wished.push(store)
      return Promise.reject(new WeirError(code, 'another one has it'))
    }
    for (let start = 0; start < 2; start++) {
      await expect(settled({ path, seatAnew })).rejects.toMatchObject({ code })
      expect(await (await DataFolder.open(path)).readTenant()).toEqual(before)
    }
    expect(new Set(wished).size).toBe(2)
  },
)
