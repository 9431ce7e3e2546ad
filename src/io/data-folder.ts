/**
 * A node's data folder:
 *
 *     node          who lives here: cluster, node, the id of this very folder's log
 *     log/          the log of all groups, the truth
 *     state/        their state, a cache of it
 *     lock/         whoever holds it works in this folder; never removed (src/io/level)
 *     state-clean, state-run    what may be believed of the state (src/io/level)
 *     peers         what is remembered of other nodes
 *     log-lost-STORE/   a log that was given up, kept for people until they remove it
 *     log-distrusted    of a log that opens and must not be opened again: which, its groups, why
 */

import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { WeirError } from '../base/errors.ts'
import { makeFolder, readSmallFile, syncFolder, writeSmallFile, wrongKind } from './small-file.ts'

/** What the file `node` says. */
export interface Tenant {
  readonly cluster: string
  readonly node: string
  /** The random id of the log. */
  readonly store: string
  /** The log was made: if it is not there now, it was lost. */
  readonly isMade: boolean
  /** How many groups this node is founding, until all of them are there; else 0. */
  readonly founding: number
  /** The store that is to follow this one, which was called old: each start asks for its seats. */
  readonly next?: string
}

/** Of a log that must not be opened again. */
export interface Distrust {
  readonly why: string
  /** The groups that it holds, as far as that was known. */
  readonly groups: readonly number[]
}

const FORMAT = 'weir-node-1'

const LOST = 'log-lost'
/** A node that loses one log after the other has a fault that somebody must look at. */
export const LOST_LOGS_MAX = 8

export class DataFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** Makes the folder if it is not there. */
  static async open(path: string): Promise<DataFolder> {
    try {
      await makeFolder(path)
    } catch (error) {
      const sentence = `the data folder ${path} cannot be made (${(error as Error).message})`
      throw new WeirError('data-unusable', `${sentence}; choose one that this user may write to`)
    }
    return new DataFolder(path)
  }

  /** The folder of the log; it is there afterwards. */
  async logFolder(): Promise<string> {
    const path = join(this.path, 'log')
    await makeFolder(path).catch(error => {
      throw wrongKind(path, error)
    })
    await syncFolder(this.path)
    return path
  }

  async readTenant(): Promise<Tenant | undefined> {
    const text = await readSmallFile(join(this.path, 'node'))
    return text === undefined ? undefined : parseTenant(text, this.path)
  }

  async writeTenant(tenant: Tenant): Promise<void> {
    const text = JSON.stringify({ is: FORMAT, ...tenant }, undefined, 2)
    await writeSmallFile(join(this.path, 'node'), `${text}\n`)
  }

  /**
   * The log of this store is given up: where it is kept from now on. undefined: there is none, as
   * whoever starts once more finds. What was set aside before stays; beyond `LOST_LOGS_MAX` it is
   * refused, since none of them is anybody's to remove but the people's.
   */
  async setLogAside(
    store: string,
    isOfLog: (name: string) => boolean,
  ): Promise<string | undefined> {
    const lost = await this.mustHaveRoom(isOfLog)
    if (lost === undefined) return undefined
    const name = freeName(`${LOST}-${store}`, lost)
    await rename(join(this.path, 'log'), join(this.path, name))
    await syncFolder(this.path)
    return join(this.path, name)
  }

  async holdsLog(isOfLog: (name: string) => boolean): Promise<boolean> {
    const path = join(this.path, 'log')
    const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw wrongKind(path, error)
    })
    return names.some(isOfLog)
  }

  /** The logs that were set aside before this one, which can be too. undefined: there is none. */
  async mustHaveRoom(isOfLog: (name: string) => boolean): Promise<readonly string[] | undefined> {
    if (!(await this.holdsLog(isOfLog))) return undefined
    const lost = (await readdir(this.path)).filter(name => name.startsWith(LOST))
    if (lost.length >= LOST_LOGS_MAX) throw tooManyLost(this.path, lost)
    return lost
  }

  /** The log of this store proved to be lost while it was used. */
  async distrustLog(store: string, { why, groups }: Distrust): Promise<void> {
    const text = `${[store, ...groups].join(' ')}\n${why}\n`
    await writeSmallFile(join(this.path, 'log-distrusted'), text)
  }

  /** Why the log of this store must not be opened; undefined: nothing is known against it. */
  async distrustOf(store: string): Promise<Distrust | undefined> {
    const text = (await readSmallFile(join(this.path, 'log-distrusted'))) ?? ''
    const end = text.indexOf('\n')
    const [of, ...groups] = text.slice(0, Math.max(end, 0)).split(' ')
    if (of === '' || of !== store) return undefined
    return { why: text.slice(end + 1).trimEnd(), groups: groups.map(Number) }
  }

  readPeers(): Promise<string | undefined> {
    return readSmallFile(join(this.path, 'peers'))
  }

  writePeers(text: string): Promise<void> {
    return writeSmallFile(join(this.path, 'peers'), text)
  }
}

/** A log that was never finished is made anew, and lost anew, under the same id. */
function freeName(name: string, taken: readonly string[]): string {
  let free = name
  for (let more = 2; taken.includes(free); more++) free = `${name}-${more}`
  return free
}

function tooManyLost(path: string, lost: readonly string[]): WeirError {
  const names = [...lost].sort().join(', ')
  const sentence = `${path} holds ${lost.length} logs that were given up (${names})`
  const advice = 'see why this node loses its logs, then move or remove those that nobody needs'
  return new WeirError('too-many-lost-logs', `${sentence}; ${advice}`)
}

/** Damage here is no loss of the log: people must look, nothing is made anew. */
function parseTenant(text: string, path: string): Tenant {
  try {
    const said = (JSON.parse(text) ?? {}) as Record<string, unknown>
    const { is, cluster, node, store, isMade, founding, next = undefined } = said
    const names = [cluster, node, store, ...(next === undefined ? [] : [next])]
    const isText = names.every(one => typeof one === 'string' && one !== '')
    if (is === FORMAT && isText && typeof isMade === 'boolean' && Number.isSafeInteger(founding)) {
      return {
        cluster,
        node,
        store,
        isMade,
        founding,
        ...(next !== undefined && { next }),
      } as Tenant
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const sentence = `the file ${join(path, 'node')} is not one that this version writes`
  const advice = 'restore it, or give the node an empty folder: it joins as a new replica'
  throw new WeirError('data-damaged', `${sentence}; ${advice}`)
}
