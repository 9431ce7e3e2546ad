/**
 * Test support: all replicas of a dialogue, the messages between them, and the record of what was
 * seen. Nothing moves by itself: no time passes and no message arrives unless a command says so.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import { defaultLimits, defaultTimes } from '../options.ts'
import type { Ready } from '../ready.ts'
import type { Refusal } from '../refusal.ts'
import type { Stored } from '../types.ts'
import type { Seen, Settings } from './host.ts'
import { Host } from './host.ts'
import { Net } from './net.ts'
import { entriesText, imageText, membersText, messageText, readText, writeText } from './words.ts'

/** A dialogue that goes on for longer than this never comes to rest. */
const DELIVERIES_MAX = 5000

export class Group {
  net = new Net()
  #settings: Settings = { times: defaultTimes, limits: defaultLimits }
  #hosts = new Map<ReplicaId, Host>()
  #lines: string[] = []
  /** What is said, sent and refused is not told: only what becomes of it. */
  quiet = false

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()].sort((a, b) => a.id - b.id)
  }

  /** Forgets the group of the story before. */
  begin(settings: Settings): void {
    this.net = new Net()
    this.#hosts = new Map()
    this.#settings = settings
  }

  add(id: ReplicaId, stored: Stored): void {
    this.#hosts.set(id, new Host(id, this.#settings, stored))
  }

  mustHost(id: ReplicaId): Host {
    const host = this.#hosts.get(id)
    if (host === undefined) throw new Error(`there is no replica ${id}`)
    return host
  }

  tell(line: string): void {
    this.#lines.push(line)
  }

  takeLines(): readonly string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  tellRefusal(who: string, refusal: Refusal): void {
    const ask = refusal.leader === 0 ? '' : `, ask ${refusal.leader}`
    this.tell(`${who}: ${refusal.refused}${ask}`)
  }

  /** Hands over one message and does what comes of it. */
  deliver(message: Message): void {
    const host = this.#hosts.get(message.to)
    if (host?.isUp === true) this.receive(host, message)
    else this.tell(`${messageText(message)} (nobody there)`)
  }

  receive(host: Host, message: Message): void {
    const refusal = host.raft.step(message)
    this.#tellChanges(host)
    if (refusal !== undefined && !this.quiet) {
      this.tell(`${host.id} refuses ${message.type} of ${message.from}: ${refusal.refused}`)
    }
    this.pump(host)
  }

  /** Delivers between these replicas until they have nothing more to say. */
  stabilize(ids: readonly ReplicaId[]): void {
    const within = (message: Message) =>
      ids.length === 0 || (ids.includes(message.from) && ids.includes(message.to))
    for (let i = 0; i < DELIVERIES_MAX; i++) {
      const message = this.net.takeFirst(within)
      if (message === undefined) return
      this.deliver(message)
    }
    throw new Error('the replicas never come to rest')
  }

  /** Does all that the replica wants done. */
  pump(host: Host): void {
    this.#tellChanges(host)
    while (host.raft.hasReady()) {
      this.#carryOut(host, host.raft.ready())
      this.#tellChanges(host)
    }
  }

  /** Makes the writes durable that wait, or the first `count` of them. */
  persist(host: Host, count: number): void {
    for (let i = 0; i < count; i++) {
      const write = host.disk.persist()
      if (write === undefined) return
      host.raft.persisted(write.number)
    }
  }

  #carryOut(host: Host, ready: Ready): void {
    for (const message of ready.messages) this.#send(message)
    if (ready.write !== undefined) {
      host.disk.add(ready.write)
      if (host.disk.slow) this.tell(`${host.id} begins ${writeText(ready.write)}`)
    }
    for (const read of ready.chunkReads) host.raft.chunkRead(host.disk.read(read))
    this.#advance(host, ready)
    for (const read of ready.reads) this.tell(`${host.id} answers read ${readText(read)}`)
    for (const read of ready.readsLost) this.tell(`${host.id} loses read ${readText(read)}`)
    for (const { index, chain } of ready.chains) {
      this.tell(`${host.id} has chain ${chain.toString(16)} at ${index}`)
    }
    if (!host.disk.slow) this.persist(host, Number.POSITIVE_INFINITY)
  }

  #advance(host: Host, { install, committed }: Ready): void {
    if (install !== undefined) {
      host.load(install)
      this.tell(`${host.id} installs image ${imageText(install)} "${host.state.join(' ')}"`)
      host.raft.applied(install.index)
    }
    const last = committed.at(-1)
    if (last !== undefined) {
      host.apply(committed)
      this.tell(`${host.id} applies ${entriesText(committed)}`)
      host.raft.applied(last.index)
    }
  }

  #send(message: Message): void {
    const sent = this.net.send(message)
    if (!this.quiet) this.tell(`${messageText(message)}${sent ? '' : ' (lost)'}`)
  }

  #tellChanges(host: Host): void {
    const { raft, seen, id } = host
    const { members, membersIndex, commit } = raft.log
    const now: Seen = { role: roleText(host), membersIndex, commit }
    if (now.role !== seen.role) this.tell(`${id} is ${now.role}`)
    if (membersIndex !== seen.membersIndex) {
      this.tell(`${id} goes by members ${membersText(members)} of ${membersIndex}`)
    }
    // An entry is applied as it is committed, which tells it all, unless this disk is behind.
    const isBehind = host.disk.slow && commit > raft.log.durable
    if (commit > seen.commit && isBehind) this.tell(`${id} commits ${commit}`)
    host.seen = now
  }
}

function roleText({ raft, id }: Host): string {
  const { role, term, leader } = raft
  const under = leader === 0 || leader === id ? '' : ` of ${leader}`
  return `${role}${under}, t${term}`
}
