/**
 * The machine of a group: the roster beside whatever machine the group is for. An entry's first
 * byte says whose it is; the inner machine sees all entries, those of others emptied, so that its
 * index has no gap.
 *
 * The roster's row is written before the inner machine's rows of the same entries. A process that
 * ends between the two applies these entries again: the roster, which knows its own index, passes
 * over them.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { behindHead, takeHead } from '../../base/headed-source.ts'
import type { ByteSource } from '../../base/source.ts'
import type { StateSpace } from '../../base/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import { decodeMembers } from '../../raft/log/codec.ts'
import type { Entry, Image } from '../../raft/types.ts'
import { decodeGroupCommand, decodeRoster, encodeRoster } from './codec.ts'
import { Digests, type Hasher } from './digest.ts'
import { type Enrolment, emptyRoster, enrol, pruned, type Roster } from './roster.ts'

export interface RosterParts {
  readonly inner: GroupMachine
  /** For the roster alone. */
  readonly space: StateSpace
  makeHasher(): Hasher
  /** After every change, and when it was read from the store. */
  onRoster(roster: Roster): void
  /** A digest is being made of the state behind this entry, which is about to be applied. */
  onDigest(index: number): void
}

const rosterKey = Uint8Array.of(0)
const NOTHING = new Uint8Array(0)

export class RosterMachine implements GroupMachine {
  readonly digests: Digests
  readonly #parts: RosterParts
  #roster: Roster = emptyRoster
  /** Up to which entry the roster reflects the log: at or beyond the inner machine's. */
  #rosterIndex = 0

  constructor(parts: RosterParts) {
    this.#parts = parts
    this.digests = new Digests(() => parts.makeHasher())
    const kept = keptRoster(parts.space)
    // Without an index the inner machine is void: an image was cut short, the roster's part too.
    if (kept === undefined || parts.inner.appliedIndex === 0) return
    this.#rosterIndex = kept.index
    this.#set(kept.roster)
  }

  get roster(): Roster {
    return this.#roster
  }

  get appliedIndex(): number {
    return this.#parts.inner.appliedIndex
  }

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    this.#applyFrom(entries, [], done)
  }

  cut(): ByteSource {
    return behindHead(encodeRoster(this.#roster), this.#parts.inner.cut())
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    takeHead(source, parts => {
      const roster = parts === undefined ? undefined : readRoster(parts.head)
      if (parts === undefined || roster === undefined) {
        source.close()
        this.#void(done)
        return
      }
      this.#rosterIndex = image.index
      this.#set(roster)
      this.#write(() => this.#parts.inner.restore(image, parts.tail, done))
    })
  }

  close(done: () => void): void {
    this.#parts.inner.close(done)
  }

  /** The inner machine must not go on with what it had: it is told of an image that breaks off. */
  #void(done: (isWhole: boolean) => void): void {
    const image = { index: 0, term: 0, membersIndex: 0, chain: 0 }
    const members = { voters: [], outgoing: [], learners: [] }
    const broken: ByteSource = {
      next: tell => tell({ kind: 'broken', why: 'the head of the image is damaged' }),
      close() {},
    }
    this.#parts.inner.restore({ ...image, members }, broken, () => done(false))
  }

  /** As far as the next entry behind which a digest is due, then on from there. */
  #applyFrom(
    entries: readonly Entry[],
    before: readonly unknown[],
    done: (results: readonly unknown[]) => void,
  ): void {
    const commands = entries.map(commandOf)
    const digestAt = commands.findIndex(command => command?.kind === 'digest')
    const count = digestAt < 0 ? entries.length : digestAt + 1
    const turn = entries.slice(0, count)
    this.#applyTurn(turn, commands, results => {
      const last = turn.at(-1)
      if (digestAt >= 0 && last !== undefined) {
        this.#parts.onDigest(last.index)
        this.digests.maybeTake(last.index, () => this.cut())
      }
      const all = [...before, ...results]
      if (count === entries.length) done(all)
      else this.#applyFrom(entries.slice(count), all, done)
    })
  }

  #applyTurn(
    entries: readonly Entry[],
    commands: readonly Command[],
    done: (results: readonly unknown[]) => void,
  ): void {
    const known = this.#roster
    const answers = entries.map((entry, at) => this.#obey(entry, commands[at]))
    const inner = entries.map((entry, at) => innerOf(entry, commands[at]))
    const onWritten = () => {
      this.#parts.inner.apply(inner, results => {
        done(results.map((result, at) => answers[at] ?? result))
      })
    }
    if (this.#roster === known) onWritten()
    else this.#write(onWritten)
  }

  #obey(entry: Entry, command: Command): Enrolment | undefined {
    const isKnown = entry.index <= this.#rosterIndex
    if (command?.kind === 'enrol') {
      const { roster, answer } = enrol(this.#roster, command.who)
      if (!isKnown) this.#change(entry.index, roster)
      return answer
    }
    if (entry.kind === 'members' && !isKnown) {
      this.#change(entry.index, pruned(this.#roster, decodeMembers(entry.data)))
    }
    return undefined
  }

  #change(index: number, roster: Roster): void {
    if (roster === this.#roster) return
    this.#rosterIndex = index
    this.#set(roster)
  }

  #set(roster: Roster): void {
    this.#roster = roster
    this.#parts.onRoster(roster)
  }

  #write(done: () => void): void {
    const value = new ByteWriter().varint(this.#rosterIndex).raw(encodeRoster(this.#roster))
    this.#parts.space.write([{ key: rosterKey, value: value.finish() }], done)
  }
}

/** The roster as it was kept, and the entry that changed it last. */
export function keptRoster(space: StateSpace): { index: number; roster: Roster } | undefined {
  const row = space.get(rosterKey)
  if (row === undefined) return undefined
  const input = new ByteReader(row)
  return { index: input.varint(), roster: decodeRoster(input.raw(input.left)) }
}

type Command = ReturnType<typeof decodeGroupCommand> | undefined

function commandOf(entry: Entry): Command {
  return entry.kind === 'data' ? decodeGroupCommand(entry.data) : undefined
}

/** Of the roster's own entries the inner machine sees the index alone, as an empty term entry. */
function innerOf(entry: Entry, command: Command): Entry {
  if (entry.kind !== 'data') return entry
  if (command?.kind === 'inner') return { ...entry, data: command.data }
  return { ...entry, kind: 'term', data: NOTHING }
}

function readRoster(head: Uint8Array): Roster | undefined {
  try {
    return decodeRoster(head)
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return undefined
    throw error
  }
}
