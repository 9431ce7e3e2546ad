/**
 * Who lives in a data folder: found there, or settled with the other nodes when it is new. A log
 * that is damaged or lost, or proved to be so in an earlier life, is set aside and never trusted:
 * what follows is a new store, a new replica in every group. One that is whole, and was only called
 * old, is kept where it is until every group has a seat for the new store: a majority of the others
 * has agreed to that, and so does without it.
 */

import type { Disk } from '../base/env.ts'
import { WeirError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import type { DataFolder, Tenant } from '../io/data-folder.ts'
import type { GreetAnswer } from '../io/members/service.ts'
import { DISTRUSTED, isLoss, isOldCode } from '../raft/host/loss.ts'
import { defaultStoreLimits } from '../raft/store/limits.ts'
import { isOurs, isPart } from '../raft/store/names.ts'
import { openStore, type StoreAnswer } from '../raft/store/opening.ts'
import type { LogStore } from '../raft/store/store.ts'
import type { NodeSettings } from './settings.ts'
import type { SeedAnswer, StartVerdict } from './start.ts'
import { judgeStart } from './start.ts'

export interface TenancyParts {
  readonly settings: NodeSettings
  readonly folder: DataFolder
  readonly logger: Logger
  makeDisk(path: string): Disk
  newId(): string
  /** What the other nodes say, asked anew each time. */
  askSeeds(): Promise<readonly SeedAnswer[]>
  /** Resolves when it is time to ask again; rejects when the node is to stop. */
  pause(): Promise<void>
  /** What others are told from now on: of which cluster this is, before that is durable. */
  greet(known: Pick<GreetAnswer, 'cluster' | 'formerly'>): void
  /** Resolves when these groups, and all that others name, have a seat for the store. */
  seatAnew(wished: Wished): Promise<void>
}

/** A store that is yet to be made, and what its node held before it. */
export interface Wished {
  readonly cluster: string
  readonly store: string
  readonly groups: readonly number[]
}

export interface Tenancy {
  readonly tenant: Tenant
  readonly store: LogStore
}

interface Refused {
  readonly code: string
  readonly message: string
  /** The groups of a log that is not opened any more. */
  readonly groups?: readonly number[]
}

type Opened =
  | { readonly store: LogStore; readonly refused?: never }
  | {
      readonly store?: never
      readonly refused: Refused
    }

export async function settle(parts: TenancyParts): Promise<Tenancy> {
  const { folder, settings, logger } = parts
  let tenant = (await folder.readTenant()) ?? (await arriveFirst(parts))
  mustBeOurs(tenant, settings)
  for (;;) {
    const answer = await openTrusted(parts, tenant)
    if (answer.store !== undefined) {
      if (!tenant.isMade) tenant = { ...tenant, isMade: true }
      await folder.writeTenant(tenant)
      return { tenant, store: answer.store }
    }
    const { code, message, groups = [] } = answer.refused
    if (!isLoss(code)) throw new WeirError(code, message)
    parts.greet({ cluster: '', formerly: tenant.cluster })
    const facts = { code, why: message }
    if (code === DISTRUSTED && isOldCode(message.slice(0, message.indexOf(':')))) {
      tenant = await giveUpOld(parts, tenant, { ...facts, groups })
    } else {
      logger.log('error', LOST, facts)
      await setAside(parts, tenant)
      tenant = await arrive(parts, tenant.cluster)
    }
  }
}

const LOST = 'the log is not trusted; this node joins anew with another store'
const KEPT = 'the log was called old; it is kept until every group has another seat for this node'
const KEPT_ADVICE =
  'name nodes that run by --join; if no group comes to a leader, more than one folder was put ' +
  'back from a backup: see docs/backup.md'

interface Old {
  readonly code: string
  readonly why: string
  readonly groups: readonly number[]
}

/** However often it starts: one store is asked for, and none for which there were no room. */
async function giveUpOld(
  parts: TenancyParts,
  old: Tenant,
  { groups, ...facts }: Old,
): Promise<Tenant> {
  const { logger, folder } = parts
  const { cluster, node, next: store = parts.newId() } = old
  logger.log('error', KEPT, { ...facts, advice: KEPT_ADVICE })
  await folder.mustHaveRoom(isOfLog)
  await folder.writeTenant({ ...old, next: store })
  try {
    await parts.seatAnew({ cluster, store, groups })
  } catch (error) {
    if (error instanceof WeirError && isOldCode(error.code)) await forgetNext(parts, old)
    throw error
  }
  logger.log('error', LOST, facts)
  await setAside(parts, old)
  const tenant = { cluster, node, store, isMade: false, founding: 0 }
  await begin(parts, tenant)
  return tenant
}

/** A copy of this folder took that store: the next start asks for another one. */
async function forgetNext({ folder }: TenancyParts, { next: _, ...old }: Tenant): Promise<void> {
  await folder.writeTenant(old)
}

const isOfLog = (name: string) => isOurs(name) || isPart(name)

async function setAside({ folder, logger }: TenancyParts, tenant: Pick<Tenant, 'store'>) {
  const kept = await folder.setLogAside(tenant.store, isOfLog)
  if (kept === undefined) return
  const advice = 'nothing reads it any more: move or remove it when nobody needs it'
  logger.log('warn', 'the log that was given up is kept', { folder: kept, advice })
}

/** Told first: whoever were told of no cluster might found a second one. */
async function begin({ folder, logger, greet }: TenancyParts, tenant: Tenant): Promise<void> {
  greet({ cluster: tenant.cluster, formerly: '' })
  await folder.writeTenant(tenant)
  const what = tenant.founding > 0 ? 'founding a cluster' : 'joining a cluster'
  logger.log('info', what, { cluster: tenant.cluster, store: tenant.store })
}

function mustBeOurs({ node }: Tenant, settings: NodeSettings): void {
  if (node === settings.node) return
  const message = `the data folder belongs to node ${node}, not to ${settings.node}`
  const advice = 'name the folder of this node, or give it an empty one'
  throw new WeirError('store-of-another-node', `${message}; ${advice}`)
}

async function openTrusted(parts: TenancyParts, tenant: Tenant): Promise<Opened> {
  const distrust = await parts.folder.distrustOf(tenant.store)
  if (distrust === undefined) return openLog(parts, tenant)
  const { why: message, groups } = distrust
  return { refused: { code: DISTRUSTED, message, groups } }
}

async function openLog(parts: TenancyParts, tenant: Tenant): Promise<StoreAnswer> {
  const disk = parts.makeDisk(await parts.folder.logFolder())
  const { cluster, store, isMade } = tenant
  const { node } = parts.settings
  const options = { cluster, node, store, mayMake: !isMade, limits: defaultStoreLimits }
  return new Promise(resolve => openStore(disk, options, resolve))
}

/** A log is never there before the file that says whose it is: beside one nothing is begun. */
async function arriveFirst(parts: TenancyParts): Promise<Tenant> {
  const { folder } = parts
  if (!(await folder.holdsLog(isOfLog))) return arrive(parts, undefined)
  const message = `${folder.path} holds a log, but no file node that says whose it is`
  const advice =
    'put that file back from a copy of the folder; without one move the folder log away, and the ' +
    'node begins anew'
  throw new WeirError('node-file-missing', `${message}; ${advice}`)
}

/** Asks until it is clear whose cluster this is; what is decided is durable when this resolves. */
async function arrive(parts: TenancyParts, formerly: string | undefined): Promise<Tenant> {
  const { settings, logger } = parts
  let told = ''
  for (;;) {
    const { node, founds } = settings
    const verdict = judgeStart({ node, founds, formerly, seeds: await parts.askSeeds() })
    const tenant = tenantOf(parts, verdict)
    if (tenant !== undefined) {
      await begin(parts, tenant)
      return tenant
    }
    if (verdict.kind === 'wait' && verdict.why !== told) {
      told = verdict.why
      logger.log('warn', 'waiting for a cluster', { why: told })
    }
    await parts.pause()
  }
}

function tenantOf(parts: TenancyParts, verdict: StartVerdict): Tenant | undefined {
  if (verdict.kind === 'wait') return undefined
  if (verdict.kind === 'refuse') throw new WeirError(verdict.code, verdict.message)
  const isFounder = verdict.kind === 'found'
  return {
    cluster: verdict.kind === 'join' ? verdict.cluster : parts.newId(),
    node: parts.settings.node,
    store: parts.newId(),
    isMade: false,
    founding: isFounder ? parts.settings.groups : 0,
  }
}
