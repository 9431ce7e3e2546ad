/**
 * Test support: the host of one replica: its disk, its state (the text of all applied data), and
 * what was last told about it, so that a dialogue tells of changes only.
 */

import type { Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { ReplicaId } from '../../base/ids.ts'
import type { RaftLimits, RaftTimes } from '../options.ts'
import { Raft } from '../raft.ts'
import type { Entry, Image, Stored } from '../types.ts'
import { Disk } from './disk.ts'

export interface Settings {
  readonly times: RaftTimes
  readonly limits: RaftLimits
}

/** Replica n always draws n x 10: an election timeout of 1000 ms and n x 10 ms. */
function fixedDraws(id: ReplicaId): Random {
  return { uint32: () => id * 10 }
}

/** What a dialogue tells of a replica when it changes. */
export interface Seen {
  readonly role: string
  readonly membersIndex: number
  readonly commit: number
}

const nothingSeen: Seen = { role: '', membersIndex: 0, commit: 0 }

export class Host {
  readonly id: ReplicaId
  readonly disk: Disk
  readonly #settings: Settings
  seen: Seen = nothingSeen
  state: readonly string[] = []
  #raft: Raft | undefined
  #boot = 0

  constructor(id: ReplicaId, settings: Settings, stored: Stored) {
    this.id = id
    this.#settings = settings
    this.disk = new Disk(stored)
    this.start()
  }

  get raft(): Raft {
    if (this.#raft === undefined) throw new Error(`replica ${this.id} is down`)
    return this.#raft
  }

  get isUp(): boolean {
    return this.#raft !== undefined
  }

  start(): void {
    invariant(this.#raft === undefined, 'HOST starts once')
    const { id: self } = this
    this.#boot++
    const options = { self, boot: this.#boot, random: fixedDraws(self), ...this.#settings }
    const { stored } = this.disk
    this.#raft = new Raft(options, stored)
    this.load(stored.image)
    const { log, role } = this.#raft
    this.seen = { role: `${role}, t${this.#raft.term}`, membersIndex: log.membersIndex, commit: 0 }
  }

  crash(): void {
    this.#raft = undefined
    this.disk.crash()
  }

  load(image: Image): void {
    const text = new TextDecoder().decode(this.disk.mustImage(image.index))
    this.state = text === '' ? [] : text.split(' ')
  }

  apply(entries: readonly Entry[]): void {
    const data = entries.filter(entry => entry.kind === 'data')
    this.state = [...this.state, ...data.map(entry => new TextDecoder().decode(entry.data))]
  }

  get stateBytes(): Uint8Array {
    return new TextEncoder().encode(this.state.join(' '))
  }
}
