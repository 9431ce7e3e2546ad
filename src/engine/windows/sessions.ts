/**
 * Aggregates over sessions: records of a key that follow each other within less than the gap. A
 * session's result is said when it ends (`final`), again when late records change it; or at the end
 * of each batch that changed it (`updating`). When records join sessions of which results were said
 * the old results are taken back.
 *
 * Two kinds of timers: a session may have ended; it may go. A timer is set once, for the end that
 * the session had then, and set anew when it turns out that the session went on: most records write
 * no timer.
 */

import { gatherRecords } from '../columns/gather.ts'
import { DELETE, INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { KeyTable } from '../state/key-table.ts'
import { type Timer, Timers } from '../state/timers.ts'
import { type Aggregates, addAll, type Call } from './calls.ts'
import type { Cells } from './cells.ts'
import { Early } from './early.ts'
import { Grouping } from './grouping.ts'
import {
  constantTimes,
  keyVectors,
  resultSchema,
  sayResults,
  timeVector,
  WINDOW_COLUMNS,
} from './results.ts'
import { type Session, SessionBook } from './session-book.ts'

type SessionSpec = Extract<WindowSpec, { kind: 'session' }>

/** First byte of a timer's key. */
const ENDS = 0
const GOES = 1

const NO_OTHERS: readonly Session[] = []

const touches = ({ start, last }: Session, time: number, gapMs: number) =>
  time < last + gapMs && start < time + gapMs

/** A result as it is, or was: of a session's bounds, in a cell. */
interface Said {
  readonly id: number
  readonly start: number
  readonly end: number
  readonly cell: number
}

export class SessionWindows implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #spec: AggregateSpec
  readonly #window: SessionSpec
  readonly #isFinal: boolean
  readonly #grouping: Grouping
  readonly #calls: readonly Call[]
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #book: SessionBook
  readonly #timers: Timers
  readonly #early: Early
  readonly #bounds: OperatorContext['bounds']
  /** Sessions that this batch changed, and what was said of them or of those they took in. */
  readonly #touched = new Map<Session, Said[]>()
  /** Cells that went into others in this batch: where the records go that are for them. */
  readonly #into = new Map<number, number>()
  #ids = new Int32Array(0)

  constructor(spec: AggregateSpec, { calls, cells }: Aggregates, context: OperatorContext) {
    const { compiler, inputs, state, bounds } = context
    const [input] = inputs as [Schema]
    this.#spec = spec
    this.#window = spec.window as SessionSpec
    this.#isFinal = spec.mode === 'final'
    this.#calls = calls
    this.#grouping = new Grouping(spec.key, calls, input, compiler)
    this.#keys = new KeyTable(this.#grouping.keyTypes)
    this.#cells = cells
    const own = { keys: this.#keys, cells: this.#cells }
    this.#book = new SessionBook(state, context.table('sessions'), own)
    this.#timers = new Timers(state, context.table('timers'))
    this.#early = new Early(state, context.table('early'), spec.earlyMs)
    this.#bounds = bounds
    this.schema = resultSchema(this.#grouping.keyColumns, WINDOW_COLUMNS, calls)
    this.sides = new Map(spec.lateSide === undefined ? [] : [[spec.lateSide, input]])
  }

  get wakeAt(): number {
    const byEvent = this.#window.time === 'event'
    const own = byEvent ? Number.POSITIVE_INFINITY : this.#timers.firstTime()
    return Math.min(own, this.#early.wakeAt)
  }

  take(_input: number, records: Records, out: Output, moment: Moment): void {
    const grouped = this.#grouping.of(records, out.failures(records))
    const byEvent = this.#window.time === 'event'
    const times = byEvent ? records.times : constantTimes(moment.now, records.size)
    if (this.#ids.length < records.size) this.#ids = new Int32Array(records.size)
    this.#keys.idsOf(grouped.keys, records.size, this.#ids)
    const rows: number[] = []
    const sessions: number[] = []
    const late: number[] = []
    for (const row of grouped.rows) {
      const session = this.#sessionFor(this.#ids[row] as number, times[row] as number, moment)
      if (session === undefined) {
        late.push(row)
      } else {
        rows.push(row)
        sessions.push(session.cell)
        this.#noteEarly(session.id, moment.now)
      }
    }
    const cells = Int32Array.from(sessions, cell => this.#owner(cell))
    addAll(this.#calls, grouped.inputs, { rows: Int32Array.from(rows), cells, times })
    this.#tellLate(records, late, out)
  }

  settle(out: Output, moment: Moment): void {
    const passed = this.#timeOf(moment)
    const back: Said[] = []
    const again: Said[] = []
    for (const session of this.#sorted([...this.#touched.keys()])) {
      const now = this.#asSaid(session)
      const isSame = (said: Said) => said.start === now.start && said.end === now.end
      const old = this.#touched.get(session) ?? []
      back.push(...old.filter(said => !isSame(said)))
      session.stale = old.find(isSame)?.cell
      if (this.#isFinal && now.end > passed) continue
      this.#markSaid(session)
      again.push(now)
      if (this.#isFinal) this.#remind(GOES, session)
    }
    if (back.length > 0) this.#say(out, back, DELETE)
    if (again.length > 0) this.#say(out, again, UPDATE)
    for (const { cell } of back) this.#cells.giveBack(cell)
    for (const cell of this.#into.keys()) this.#cells.giveBack(cell)
    this.#touched.clear()
    this.#into.clear()
  }

  advance(out: Output, moment: Moment): boolean {
    const bound = moment.ended ? Number.POSITIVE_INFINITY : this.#timeOf(moment)
    const ended: Session[] = []
    const gone = new Set<Session>()
    let isDone = true
    for (let timer = this.#timers.first(bound); timer; timer = this.#timers.first(bound)) {
      isDone = Math.max(ended.length, gone.size) < out.room
      if (!isDone) break
      this.#timers.take()
      const session = this.#sessionAt(timer)
      if (session === undefined || gone.has(session)) continue
      if (timer.key[0] === GOES) this.#maybeGo(session, timer.time, gone)
      else this.#maybeEnd(session, timer.time, { ended, gone })
    }
    if (ended.length > 0)
      this.#say(
        out,
        ended.map(one => this.#asSaid(one)),
        INSERT,
      )
    out.spend(Math.max(0, gone.size - ended.length))
    for (const session of gone) this.#book.remove(session)
    return isDone && this.#sayEarly(out, moment)
  }

  save(): void {
    this.#book.save()
    this.#cells.save()
    this.#timers.save()
    this.#early.save()
    const { keys, cells } = this.#bounds
    if (this.#keys.size > keys || this.#cells.size > cells) this.forget()
  }

  forget(): void {
    this.#book.forget()
    this.#timers.forget()
    this.#early.forget()
    this.#cells.forget()
    this.#keys.clear()
    this.#touched.clear()
    this.#into.clear()
  }

  #timeOf({ watermark, now }: Moment): number {
    return this.#window.time === 'event' ? watermark : now
  }

  #endOf({ last }: Session): number {
    return last + this.#window.gapMs
  }

  #asSaid(session: Session): Said {
    const { id, start, cell } = session
    return { id, start, end: this.#endOf(session), cell }
  }

  /** The session to which a record belongs, made, grown or joined for it; missing: it is late. */
  #sessionFor(id: number, time: number, moment: Moment): Session | undefined {
    const { gapMs } = this.#window
    const sessions = this.#book.of(id)
    const [only] = sessions
    if (sessions.length === 1 && only !== undefined && touches(only, time, gapMs)) {
      return this.#grow(only, NO_OTHERS, { time, moment })
    }
    const [first, ...others] = sessions.filter(session => touches(session, time, gapMs))
    if (first === undefined) return this.#newSession(id, time, moment)
    return this.#grow(first, others, { time, moment })
  }

  #grow(
    first: Session,
    others: readonly Session[],
    { time, moment }: { time: number; moment: Moment },
  ): Session {
    const passed = this.#timeOf(moment)
    const hadEnded = this.#endOf(first) <= passed
    this.#touch(first, passed)
    this.#book.extend(first, time)
    for (const other of others) this.#join(first, other, passed)
    if (this.#isFinal && hadEnded && this.#endOf(first) > passed) this.#remind(ENDS, first)
    return first
  }

  #newSession(id: number, time: number, moment: Moment): Session | undefined {
    const end = time + this.#window.gapMs
    const passed = this.#timeOf(moment)
    if (end + this.#spec.latenessMs <= passed) return undefined
    const session = this.#book.begin(id, time)
    this.#touch(session, passed)
    if (!this.#isFinal) this.#remind(GOES, session)
    else if (end > passed) this.#remind(ENDS, session)
    return session
  }

  /**
   * What was said of it is kept, as it was, until the batch is settled. One that is open, and of
   * which nothing was said, has nothing to settle.
   */
  #touch(session: Session, passed: number): void {
    const { isSaid, stale } = session
    const isQuiet = !isSaid && stale === undefined
    if (this.#touched.has(session)) return
    if (isQuiet && this.#isFinal && this.#endOf(session) > passed) return
    const cell = isSaid ? this.#cells.copy(session.cell) : stale
    this.#touched.set(session, cell === undefined ? [] : [{ ...this.#asSaid(session), cell }])
    session.isSaid = false
    session.stale = undefined
  }

  #markSaid(session: Session): void {
    if (session.stale !== undefined) this.#cells.giveBack(session.stale)
    session.stale = undefined
    session.isSaid = true
  }

  #join(session: Session, later: Session, passed: number): void {
    this.#touch(later, passed)
    const old = this.#touched.get(later)
    if (old !== undefined) {
      this.#touched.set(session, [...(this.#touched.get(session) ?? []), ...old])
      this.#touched.delete(later)
    }
    this.#book.absorb(session, later)
    this.#into.set(later.cell, session.cell)
  }

  #owner(cell: number): number {
    let owner = cell
    for (let next = this.#into.get(owner); next !== undefined; next = this.#into.get(owner)) {
      owner = next
    }
    return owner
  }

  #remind(kind: number, session: Session): void {
    const key = this.#keys.keyOf(session.id)
    const tagged = new Uint8Array(key.length + 1)
    tagged[0] = kind
    tagged.set(key, 1)
    const time = this.#endOf(session) + (kind === GOES ? this.#spec.latenessMs : 0)
    this.#timers.set({ time, slot: this.#keys.slotOf(session.id), key: tagged })
  }

  /** The session for which the timer was set has a record before its time, and no other may. */
  #sessionAt({ time, key }: Timer): Session | undefined {
    const id = this.#keys.idOf(key.subarray(1))
    const before = time - (key[0] === GOES ? this.#spec.latenessMs : 0)
    return this.#book.of(id).findLast(({ start }) => start < before)
  }

  #maybeEnd(
    session: Session,
    time: number,
    { ended, gone }: { ended: Session[]; gone: Set<Session> },
  ): void {
    if (this.#endOf(session) > time) {
      this.#remind(ENDS, session)
      return
    }
    // It may have been said, just so: early, or again for a late record.
    if (!session.isSaid) ended.push(session)
    this.#markSaid(session)
    if (this.#spec.latenessMs === 0) {
      gone.add(session)
    } else {
      this.#book.markChanged(session)
      this.#remind(GOES, session)
    }
  }

  #maybeGo(session: Session, time: number, gone: Set<Session>): void {
    if (this.#endOf(session) + this.#spec.latenessMs <= time) gone.add(session)
    else this.#remind(GOES, session)
  }

  #noteEarly(id: number, now: number): void {
    this.#early.note(String(id), this.#keys.slotOf(id), now, () => this.#keys.keyOf(id).slice())
  }

  /** Sessions that are open and were not said as they are. */
  #sayEarly(out: Output, { now }: Moment): boolean {
    const open: Session[] = []
    let isDone = true
    for (;;) {
      isDone = open.length < out.room || this.#early.wakeAt > now
      const due = isDone ? this.#early.take(now) : undefined
      if (due === undefined) break
      const sessions = this.#book.of(this.#keys.idOf(due.key)).filter(({ isSaid }) => !isSaid)
      open.push(...sessions)
      for (const session of sessions) {
        this.#markSaid(session)
        this.#book.markChanged(session)
      }
    }
    if (open.length > 0)
      this.#say(
        out,
        open.map(one => this.#asSaid(one)),
        UPDATE,
      )
    return isDone
  }

  #sorted(sessions: readonly Session[]): readonly Session[] {
    const byKey = new Map<number, Session[]>()
    for (const session of sessions) {
      const list = byKey.get(session.id) ?? []
      list.push(session)
      byKey.set(session.id, list)
    }
    return this.#keys
      .sorted([...byKey.keys()])
      .flatMap(id => (byKey.get(id) ?? []).sort((one, other) => one.start - other.start))
  }

  #say(out: Output, said: readonly Said[], kind: number): void {
    const ids = said.map(({ id }) => id)
    sayResults(out, {
      schema: this.schema,
      size: said.length,
      times: Float64Array.from(said, ({ end }) => end - 1),
      kind,
      vectors: failures => [
        ...keyVectors(this.#keys, this.#grouping.keyColumns, ids),
        timeVector(Float64Array.from(said, ({ start }) => start)),
        timeVector(Float64Array.from(said, ({ end }) => end)),
        ...this.#cells.results(
          Int32Array.from(said, ({ cell }) => cell),
          failures,
        ),
      ],
    })
  }

  #tellLate(records: Records, late: readonly number[], out: Output): void {
    if (late.length === 0) return
    const { lateSide } = this.#spec
    if (lateSide === undefined) out.late(late.length)
    else out.side(lateSide, gatherRecords(records, Int32Array.from(late)))
  }
}
