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

import { DELETE, INSERT, type Records, UPDATE } from '../columns/records.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Moment, Operator, Output } from '../operators/operator.ts'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import type { KeyTable } from '../state/key-table.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import { type Timer, Timers } from '../state/timers.ts'
import type { Aggregates } from './calls.ts'
import type { Cells } from './cells.ts'
import { Early } from './early.ts'
import { Grouping } from './grouping.ts'
import { constantTimes, resultSchema, sayResults, timeVector, WINDOW_COLUMNS } from './results.ts'
import { type Session, SessionBook } from './session-book.ts'
import { type Said, SessionChanges } from './session-changes.ts'

type SessionSpec = Extract<WindowSpec, { kind: 'session' }>

/** First byte of a timer's key. */
const ENDS = 0
const GOES = 1

const NO_OTHERS: readonly Session[] = []

const touches = ({ start, last }: Session, time: number, gapMs: number) =>
  time < last + gapMs && start < time + gapMs

export class SessionWindows implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema>
  readonly #spec: AggregateSpec
  readonly #window: SessionSpec
  readonly #isFinal: boolean
  readonly #grouping: Grouping
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #book: SessionBook
  readonly #timers: Timers
  readonly #early: Early
  readonly #changes: SessionChanges
  readonly #timerKey = new RowKeyWriter()

  constructor(spec: AggregateSpec, aggregates: Aggregates, context: OperatorContext) {
    const { state } = context
    this.#spec = spec
    this.#window = spec.window as SessionSpec
    this.#isFinal = spec.mode === 'final'
    this.#grouping = new Grouping(spec, aggregates, context)
    this.#keys = this.#grouping.keys
    this.#cells = aggregates.cells
    const own = { keys: this.#keys, cells: this.#cells }
    this.#changes = new SessionChanges(own, this.#window.gapMs)
    this.#book = new SessionBook(state, context.table('sessions'), own)
    this.#timers = new Timers(state, context.table('timers'))
    this.#early = new Early(state, context.table('early'), spec.earlyMs)
    this.schema = resultSchema(this.#grouping.keyColumns, WINDOW_COLUMNS, aggregates.calls)
    this.sides = this.#grouping.sides
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
    const rows: number[] = []
    const sessions: number[] = []
    const late: number[] = []
    for (const row of grouped.rows) {
      const session = this.#sessionFor(grouped.ids[row] as number, times[row] as number, moment)
      if (session === undefined) {
        late.push(row)
      } else {
        rows.push(row)
        sessions.push(session.cell)
        this.#noteEarly(session.id, moment.now)
      }
    }
    const cells = Int32Array.from(sessions, cell => this.#changes.ownerOf(cell))
    this.#grouping.add(grouped, { rows: Int32Array.from(rows), cells, times })
    this.#grouping.tellLate(records, Int32Array.from(late), out)
  }

  settle(out: Output, moment: Moment): void {
    const passed = this.#timeOf(moment)
    const back: Said[] = []
    const again: Said[] = []
    for (const session of this.#changes.sorted()) {
      back.push(...this.#changes.settle(session))
      if (this.#isFinal && this.#endOf(session) > passed) continue
      this.#markSaid(session)
      again.push(this.#changes.saidOf(session))
      if (this.#isFinal) this.#remind(GOES, session)
    }
    if (back.length > 0) this.#say(out, back, DELETE)
    if (again.length > 0) this.#say(out, again, UPDATE)
    for (const { cell } of back) this.#cells.giveBack(cell)
    this.#changes.close()
  }

  advance(out: Output, moment: Moment): boolean {
    const bound = moment.ended ? Number.POSITIVE_INFINITY : this.#timeOf(moment)
    const ended: Session[] = []
    const gone = new Set<Session>()
    let isDone = true
    let taken = 0
    for (let timer = this.#timers.first(bound); timer; timer = this.#timers.first(bound)) {
      isDone = taken < out.room
      if (!isDone) break
      this.#timers.take()
      taken++
      const session = this.#sessionAt(timer)
      if (session === undefined || gone.has(session)) continue
      if (timer.key[0] === GOES) this.#maybeGo(session, timer.time, gone)
      else this.#maybeEnd(session, timer.time, { ended, gone })
    }
    // Early results may have been said: these replace them.
    this.#sayOf(out, ended, this.#spec.earlyMs === undefined ? INSERT : UPDATE)
    out.spend(taken - ended.length)
    this.#book.remove(gone)
    return isDone && this.#sayEarly(out, moment)
  }

  save(): void {
    this.#book.save()
    this.#cells.save()
    this.#timers.save()
    this.#early.save()
    if (this.#grouping.isFull) this.forget()
  }

  forget(): void {
    this.#book.forget()
    this.#timers.forget()
    this.#early.forget()
    this.#changes.forget()
    this.#grouping.forget()
  }

  #timeOf({ watermark, now }: Moment): number {
    return this.#window.time === 'event' ? watermark : now
  }

  #endOf({ last }: Session): number {
    return last + this.#window.gapMs
  }

  /** The session to which a record belongs, made, grown or joined for it; missing: it is late. */
  #sessionFor(id: number, time: number, moment: Moment): Session | undefined {
    const { gapMs } = this.#window
    const sessions = this.#book.of(id)
    const [only] = sessions
    if (sessions.length === 1 && only !== undefined && touches(only, time, gapMs)) {
      return this.#grow(only, NO_OTHERS, { time, moment })
    }
    const near = this.#book.near(id, time)
    const [first, ...others] = near.filter(session => touches(session, time, gapMs))
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

  /** One that is open, and of which nothing was said, has nothing to settle. */
  #touch(session: Session, passed: number): void {
    const isQuiet = !session.isSaid && session.stale === undefined
    if (isQuiet && this.#isFinal && this.#endOf(session) > passed) return
    this.#changes.touch(session)
  }

  #markSaid(session: Session): void {
    if (session.stale !== undefined) this.#cells.giveBack(session.stale)
    session.stale = undefined
    session.isSaid = true
  }

  #join(session: Session, later: Session, passed: number): void {
    this.#touch(later, passed)
    this.#changes.join(session, later)
    this.#book.absorb(session, later)
  }

  #remind(kind: number, session: Session): void {
    const key = this.#timerKey.tag(kind).raw(this.#keys.keyOf(session.id)).finish()
    const time = this.#endOf(session) + (kind === GOES ? this.#spec.latenessMs : 0)
    this.#timers.set({ time, slot: this.#keys.slotOf(session.id), key })
  }

  /** The session for which the timer was set has a record before its time, and no other may. */
  #sessionAt({ time, key }: Timer): Session | undefined {
    const id = this.#keys.idOf(key.subarray(1))
    const before = time - (key[0] === GOES ? this.#spec.latenessMs : 0)
    return this.#book.lastBefore(id, before)
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
    let idle = 0
    for (;;) {
      isDone = open.length + idle < out.room || this.#early.wakeAt > now
      const due = isDone ? this.#early.take(now) : undefined
      if (due === undefined) break
      const sessions = this.#book.of(this.#keys.idOf(due.key)).filter(({ isSaid }) => !isSaid)
      if (sessions.length === 0) idle++
      open.push(...sessions)
      for (const session of sessions) {
        this.#markSaid(session)
        this.#book.markChanged(session)
      }
    }
    this.#sayOf(out, open, UPDATE)
    out.spend(idle)
    return isDone
  }

  #sayOf(out: Output, sessions: readonly Session[], kind: number): void {
    if (sessions.length === 0) return
    const said = sessions.map(session => this.#changes.saidOf(session))
    this.#say(out, said, kind)
  }

  #say(out: Output, said: readonly Said[], kind: number): void {
    const ids = said.map(({ id }) => id)
    const starts = Float64Array.from(said, ({ start }) => start)
    const ends = Float64Array.from(said, ({ end }) => end)
    sayResults(out, {
      schema: this.schema,
      size: said.length,
      times: ends.map(end => end - 1),
      bounds: { starts, ends },
      kind,
      vectors: failures => [
        ...this.#grouping.vectorsOf(ids),
        timeVector(starts),
        timeVector(ends),
        ...this.#cells.results(
          Int32Array.from(said, ({ cell }) => cell),
          failures,
        ),
      ],
    })
  }
}
