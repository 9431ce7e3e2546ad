/**
 * Random groups on one store, and beside it a naive model: for each group every state that its
 * writes led to, and from which of them on nothing may be lost any more. What an opening finds must
 * be one of those.
 */

import { invariant } from '../../../base/errors.ts'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../../base/ids.ts'
import type { Prng } from '../../../base/prng.ts'
import type { ByteSource, Piece } from '../../../base/source.ts'
import type { Write } from '../../ready.ts'
import type { Entry, Image, Stored } from '../../types.ts'
import type { StoreListener } from '../listener.ts'
import type { StoredGroup } from '../replay.ts'
import type { LogStore } from '../store.ts'

/** A group as it would be found; undefined when it is not there. */
export type Found = { readonly replica: ReplicaId; readonly stored: Stored } | undefined

interface History {
  readonly states: Found[]
  /** The last state that was promised. */
  durable: number
  number: number
  isImaging: boolean
  /** Made, and not yet reported: nobody takes an image of it. */
  isComing: boolean
  /** Which states the writes under way lead to, by number. */
  readonly underWay: Map<number, { readonly state: number; readonly sync: boolean }>
}

const members = { voters: [replicaId(1)], outgoing: [], learners: [] }

export const bareWrite: Omit<Write, 'number'> = {
  chunk: undefined,
  install: undefined,
  hardState: undefined,
  entries: [],
  compact: undefined,
  sync: true,
}

export function imageAt(index: number, term: number): Image {
  return { index, term, members, membersIndex: 0, chain: index * 7 + term }
}

export const founding: Stored = {
  hardState: { term: 0, vote: 0, commit: 0 },
  image: imageAt(0, 0),
  entries: [],
}

const imagesMade = new Map<string, Uint8Array>()

/** Bytes that only this image of this group has; some span several blocks. */
export function imageBytes(group: number, index: number): Uint8Array {
  const key = `${group} ${index}`
  let bytes = imagesMade.get(key)
  if (bytes === undefined) {
    bytes = new Uint8Array((index * 7919 + group * 104_729) % 200_000)
    for (let i = 0; i < bytes.length; i++) bytes[i] = i * 31 + index * 17 + group
    imagesMade.set(key, bytes)
  }
  return bytes
}

export function sourceOf(bytes: Uint8Array, pieceBytes = 50_000): ByteSource {
  let at = 0
  return {
    next: done => {
      const piece = bytes.subarray(at, at + pieceBytes)
      at += piece.length
      done(piece.length > 0 ? { kind: 'bytes', bytes: piece } : { kind: 'end' })
    },
    close: () => {
      at = bytes.length
    },
  }
}

/** All of a source, or what it said when it broke. */
export function drain(source: ByteSource, done: (bytes: Uint8Array | string) => void): void {
  const pieces: Uint8Array[] = []
  const take = (piece: Piece) => {
    if (piece.kind === 'bytes') {
      pieces.push(piece.bytes)
      source.next(take)
    } else {
      done(piece.kind === 'end' ? new Uint8Array(Buffer.concat(pieces)) : piece.why)
    }
  }
  source.next(take)
}

export class Fleet implements StoreListener {
  readonly failures: string[] = []
  readonly wanted: GroupId[] = []
  readonly damaged: GroupId[] = []
  readonly #prng: Prng
  #histories = new Map<GroupId, History>()
  #store: LogStore | undefined
  #replicas = 1

  constructor(prng: Prng) {
    this.#prng = prng
  }

  get groups(): readonly GroupId[] {
    return [...this.#histories.keys()]
  }

  /** The same memories, for another store that goes its own way. */
  fork(prng: Prng): Fleet {
    const fork = new Fleet(prng)
    fork.#replicas = this.#replicas
    for (const [group, { states, durable }] of this.#histories) {
      fork.#histories.set(group, newHistory(states.slice(), durable))
    }
    return fork
  }

  /** Takes a store that was just opened; what it found is checked and is all that counts now. */
  adopt(store: LogStore): string | undefined {
    for (const group of store.groups.keys()) {
      if (!this.#histories.has(group)) return `group ${group} was never made`
    }
    for (const [group, history] of this.#histories) {
      const found = plain(store.groups.get(group))
      const text = JSON.stringify(found)
      const at = history.states.findIndex(
        (state, i) => i >= history.durable && JSON.stringify(plain(state)) === text,
      )
      if (at < 0) return explain(group, history, text)
      this.#histories.set(group, newHistory([history.states[at]], 0))
    }
    this.#store = store
    store.listen(this)
    return undefined
  }

  onPersisted(group: GroupId, number: number): void {
    const history = this.#of(group)
    const first = [...history.underWay.keys()][0]
    invariant(number === first, 'writes are reported in order', number)
    const way = history.underWay.get(number)
    history.underWay.delete(number)
    if (way?.sync === true) history.durable = Math.max(history.durable, way.state)
  }

  onImageWanted(group: GroupId): void {
    this.wanted.push(group)
    this.#image(group)
  }

  onImageDamaged(group: GroupId): void {
    this.damaged.push(group)
  }

  onFailed(code: string): void {
    this.failures.push(code)
  }

  /** A turn of a few groups. */
  act(): void {
    const many = this.#prng.between(1, 4)
    // Turns without a sync, one behind the other, are where a power cut leaves holes.
    const isQuiet = this.#prng.chance(0.3)
    this.#must.gather(() => {
      for (let i = 0; i < many; i++) {
        const group = groupId(this.#prng.between(1, 6))
        const now = this.#now(group)
        if (isQuiet && now !== undefined) this.#commit(group, now.stored, false)
        else this.actOn(group)
      }
    })
  }

  actOn(group: GroupId): void {
    const now = this.#now(group)
    const dice = this.#prng.below(100)
    if (now !== undefined && dice % 3 === 0) {
      this.#must.imageLoaded(group, now.stored.image.index)
    }
    if (now === undefined) this.#create(group)
    else if (dice < 3) this.#remove(group)
    else if (dice < 10) this.#image(group)
    else if (dice < 14) this.#install(group, now.stored)
    else if (dice < 25) this.#commit(group, now.stored, this.#prng.chance(0.3))
    else this.#append(group, now.stored)
  }

  #append(group: GroupId, stored: Stored): void {
    const last = stored.image.index + stored.entries.length
    const { commit, term } = stored.hardState
    const least = Math.max(commit, stored.image.index) + 1
    const isCut = this.#prng.chance(0.2) && last >= least
    const first = isCut ? this.#prng.between(least, last) : last + 1
    const nextTerm = isCut ? term + 1 : term
    const size = this.#prng.chance(0.1) ? 9000 : 200
    const entries = Array.from({ length: this.#prng.between(1, 5) }, (_, i): Entry => {
      const data = Uint8Array.from({ length: this.#prng.below(size) }, () => this.#prng.below(256))
      return { index: first + i, term: nextTerm, kind: 'data', data }
    })
    const kept = stored.entries.slice(0, first - stored.image.index - 1)
    const isVoting = this.#prng.chance(0.3)
    const hardState = {
      term: nextTerm,
      vote: isVoting ? replicaId(1) : stored.hardState.vote,
      commit,
    }
    const state = { ...stored, hardState, entries: [...kept, ...entries] }
    this.#write(group, state, { hardState, entries })
  }

  #commit(group: GroupId, stored: Stored, sync: boolean): void {
    const last = stored.image.index + stored.entries.length
    const commit = this.#prng.between(stored.hardState.commit, last)
    const hardState = { ...stored.hardState, commit }
    this.#write(group, { ...stored, hardState }, { hardState, sync })
  }

  #image(group: GroupId): void {
    const now = this.#now(group)
    const history = this.#of(group)
    if (now === undefined || history.isImaging || history.isComing) return
    const { index } = now.stored.image
    const last = Math.max(index, now.stored.hardState.commit)
    const at = this.#prng.between(index, last)
    if (at === index) return
    const image = imageAt(at, termAt(now.stored, at))
    history.isImaging = true
    const { replica } = now
    this.#must.saveImage(group, image, sourceOf(imageBytes(group, at)), isSaved => {
      history.isImaging = false
      const later = this.#now(group)
      if (!isSaved || later === undefined || later.replica !== replica) return
      if (later.stored.image.index >= at) this.#must.dropImage(group, at)
      else this.#compact(group, later.stored, image)
    })
  }

  #compact(group: GroupId, stored: Stored, image: Image): void {
    const entries = stored.entries.filter(entry => entry.index > image.index)
    this.#write(group, { ...stored, image, entries }, { compact: image })
  }

  #install(group: GroupId, stored: Stored): void {
    const last = stored.image.index + stored.entries.length
    const index = last + this.#prng.between(1, 9)
    const term = stored.hardState.term + 1
    const image = imageAt(index, term)
    const bytes = imageBytes(group, index)
    const chunkBytes = this.#prng.between(1, 100_000)
    const hardState = { ...stored.hardState, term, commit: index }
    for (let offset = 0; offset <= bytes.length; offset += chunkBytes) {
      const data = bytes.subarray(offset, offset + chunkBytes)
      const isLast = offset + chunkBytes > bytes.length
      const chunk = { image, from: replicaId(2), offset, data, last: isLast }
      if (isLast) {
        this.#write(group, { image, hardState, entries: [] }, { chunk, install: image, hardState })
      } else {
        this.#write(group, undefined, { chunk, sync: this.#prng.chance(0.5) })
      }
    }
  }

  #create(group: GroupId): void {
    const replica = replicaId(++this.#replicas)
    const history = this.#histories.get(group) ?? newHistory([undefined], 0)
    this.#histories.set(group, history)
    const state = history.states.push({ replica, stored: founding }) - 1
    history.isComing = true
    this.#must.create(group, replica, founding, () => {
      history.isComing = false
      history.durable = Math.max(history.durable, state)
    })
  }

  #remove(group: GroupId): void {
    const history = this.#of(group)
    const state = history.states.push(undefined) - 1
    this.#must.remove(group, () => {
      history.durable = Math.max(history.durable, state)
    })
  }

  #write(group: GroupId, stored: Stored | undefined, parts: Partial<Write>): void {
    const history = this.#of(group)
    const now = history.states.at(-1)
    invariant(now !== undefined, 'the group is there')
    const number = ++history.number
    const write = { ...bareWrite, number, ...parts }
    if (stored !== undefined) history.states.push({ replica: now.replica, stored })
    const state = history.states.length - 1
    // A chunk alone promises nothing of the log.
    history.underWay.set(number, { state, sync: write.sync && stored !== undefined })
    this.#must.write(group, write)
  }

  #now(group: GroupId): Found {
    return this.#histories.get(group)?.states.at(-1)
  }

  #of(group: GroupId): History {
    const history = this.#histories.get(group)
    invariant(history !== undefined, 'the group was made once', group)
    return history
  }

  get #must(): LogStore {
    invariant(this.#store !== undefined, 'a store was adopted')
    return this.#store
  }
}

function newHistory(states: Found[], durable: number): History {
  return { states, durable, number: 0, isImaging: false, isComing: false, underWay: new Map() }
}

function termAt(stored: Stored, index: number): number {
  return stored.entries[index - stored.image.index - 1]?.term ?? stored.image.term
}

/** Comparable: entries by their bytes. */
function plain(found: Found | StoredGroup): unknown {
  if (found === undefined) return 'nothing'
  const { replica, stored } = found
  const entries = stored.entries.map(({ index, term, kind, data }) => [
    ...[index, term, kind],
    Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'),
  ])
  const { term, vote, commit } = stored.hardState
  const { image } = stored
  const { voters, outgoing, learners } = image.members
  const of = [image.index, image.term, image.membersIndex, image.chain]
  return { replica, term, vote, commit, of, members: [voters, outgoing, learners], entries }
}

function explain(group: number, { states, durable }: History, text: string): string {
  const last = JSON.stringify(plain(states.at(-1)))
  const older = states.findIndex(state => JSON.stringify(plain(state)) === text)
  const where = older < 0 ? 'never a state of it' : `state ${older}, promised was ${durable}`
  return `group ${group}: found ${text.slice(0, 300)} (${where}); last was ${last.slice(0, 300)}`
}
