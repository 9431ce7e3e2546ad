/**
 * The sessions of each key: in the state a row each (table, slot, key, birth), and here, as a
 * cache, the list of a key's sessions in order of time. They do not touch: whatever comes between
 * two of them, nearer to both than the gap, makes them one.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { KeyTable } from '../state/key-table.ts'
import { PLACE_BYTES, RowKeyWriter, TIME_BYTES, wholeAt } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import type { Cells } from './cells.ts'

export interface Session {
  readonly id: number
  readonly cell: number
  /** Time of the record that began it, by which its row is found: no other has it within. */
  readonly birth: number
  start: number
  /** Time of its last record. */
  last: number
  /** Its result was said, as it is. */
  isSaid: boolean
  /** Else, a result with these bounds that was said and holds no more: the cell that had it. */
  stale: number | undefined
}

const UNSAID = 0
const SAID = 1
const STALE = 2

export class SessionBook {
  readonly #state: State
  readonly #table: number
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #writer = new RowKeyWriter()
  readonly #rows = new RowKeyWriter()
  readonly #inner = new ByteWriter()
  /** By key's id; missing: not read yet. */
  #lists: (Session[] | undefined)[] = []
  readonly #changed = new Set<Session>()
  /** Rows of sessions that are gone. */
  #gone: Uint8Array[] = []

  constructor(state: State, table: number, { keys, cells }: { keys: KeyTable; cells: Cells }) {
    this.#state = state
    this.#table = table
    this.#keys = keys
    this.#cells = cells
  }

  /** In order of time. */
  of(id: number): readonly Session[] {
    return this.#listOf(id)
  }

  /** The last that starts by then and the first behind it: none but these may touch the time. */
  near(id: number, time: number): readonly Session[] {
    const list = this.#listOf(id)
    const behind = placeOf(list, start => start > time)
    return list.slice(Math.max(behind - 1, 0), behind + 1)
  }

  /** The last that starts before it. */
  lastBefore(id: number, time: number): Session | undefined {
    const list = this.#listOf(id)
    return list[placeOf(list, start => start >= time) - 1]
  }

  begin(id: number, time: number): Session {
    const cell = this.#take(id, time, true)
    const session = {
      id,
      cell,
      birth: time,
      start: time,
      last: time,
      isSaid: false,
      stale: undefined,
    }
    const list = this.#listOf(id)
    list.splice(
      placeOf(list, start => start > time),
      0,
      session,
    )
    this.#changed.add(session)
    return session
  }

  /** To hold this time too. */
  extend(session: Session, time: number): void {
    session.start = Math.min(session.start, time)
    session.last = Math.max(session.last, time)
    this.#changed.add(session)
  }

  /** A later one of the same key goes into it; its cell is left to the caller. */
  absorb(session: Session, later: Session): void {
    this.#cells.merge(session.cell, later.cell)
    session.last = Math.max(session.last, later.last)
    this.#changed.add(session)
    const list = this.#listOf(later.id)
    list.splice(
      placeOf(list, start => start >= later.start),
      1,
    )
    this.#dropRow(later)
  }

  markChanged(session: Session): void {
    this.#changed.add(session)
  }

  /** Their cells are given back. */
  remove(gone: ReadonlySet<Session>): void {
    for (const session of gone) {
      this.#dropRow(session)
      this.#cells.giveBack(session.cell)
      if (session.stale !== undefined) this.#cells.giveBack(session.stale)
    }
    for (const id of new Set(Array.from(gone, session => session.id))) {
      this.#lists[id] = this.#listOf(id).filter(session => !gone.has(session))
    }
  }

  save(): void {
    for (const key of this.#gone) this.#state.remove(key)
    this.#gone = []
    for (const session of this.#changed) {
      const { id, birth } = session
      const out = this.#state.begin()
      this.#rows.to(out).begin(this.#table, this.#keys.slotOf(id))
      this.#keys.writeKey(out, id)
      this.#rows.whole(birth)
      this.#write(this.#state.middle(), session)
      this.#state.end()
    }
    this.#changed.clear()
  }

  forget(): void {
    this.#lists = []
    this.#changed.clear()
    this.#gone = []
  }

  #listOf(id: number): Session[] {
    const known = this.#lists[id]
    if (known !== undefined) return known
    const list = this.#read(id)
    this.#lists[id] = list
    return list
  }

  #read(id: number): Session[] {
    const sessions: Session[] = []
    const prefix = this.#prefix(id).finish()
    const end = this.#prefix(id).tag(BEHIND_TIMES).finish()
    this.#state.walk(prefix, end, (key, value) => {
      const birth = wholeAt(key, key.length - TIME_BYTES)
      sessions.push(this.#decoded(id, birth, new ByteReader(value)))
      return true
    })
    return sessions
  }

  #write(out: ByteWriter, { birth, start, last, isSaid, stale, cell }: Session): void {
    out.varint(birth - start).varint(last - birth)
    if (stale === undefined) {
      out.uint8(isSaid ? SAID : UNSAID)
    } else {
      this.#cells.write(this.#inner, stale)
      out.uint8(STALE).bytes(this.#inner.finish())
    }
    this.#cells.write(out, cell)
  }

  #decoded(id: number, birth: number, reader: ByteReader): Session {
    const start = birth - reader.varint()
    const last = birth + reader.varint()
    const said = reader.uint8()
    const stale = said === STALE ? this.#cells.take() : undefined
    if (stale !== undefined) this.#cells.read(new ByteReader(reader.bytes()), stale)
    const cell = this.#take(id, birth, false)
    this.#cells.read(reader, cell)
    return { id, cell, birth, start, last, isSaid: said === SAID, stale }
  }

  #take(id: number, birth: number, isNew: boolean): number {
    if (!this.#cells.needsPlaces) return this.#cells.take()
    const key = this.#rowKey(id, birth).slice(PLACE_BYTES)
    return this.#cells.take({ slot: this.#keys.slotOf(id), key, isNew })
  }

  #dropRow(session: Session): void {
    this.#changed.delete(session)
    this.#gone.push(this.#rowKey(session.id, session.birth))
  }

  #prefix(id: number): RowKeyWriter {
    return this.#writer.begin(this.#table, this.#keys.slotOf(id)).raw(this.#keys.keyOf(id))
  }

  #rowKey(id: number, birth: number): Uint8Array {
    return this.#prefix(id).whole(birth).finish()
  }
}

/** Where the first stands of which it is true: of that, and of all behind it. */
function placeOf(list: readonly Session[], isBehind: (start: number) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBehind((list[middle] as Session).start)) high = middle
    else low = middle + 1
  }
  return low
}

/** Above the first byte of any time: times lie within 2^53. */
const BEHIND_TIMES = 0xff
