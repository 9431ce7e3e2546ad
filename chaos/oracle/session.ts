/**
 * Sessions: records of a key that hang together. They are found anew from all records that are not
 * forgotten, whenever one more comes.
 */

import type { Results } from './aligned.ts'
import type { Moment } from './input.ts'
import {
  byTime,
  computed,
  foldedAll,
  type Member,
  membersOf,
  type Reach,
  reachesOf,
} from './members.ts'
import type { AggregateSpec, WindowSpec } from './plan.ts'
import { byBatch, type Row, type Table } from './table.ts'
import { textOf, type Value } from './value.ts'

type SessionWindow = Extract<WindowSpec, { readonly kind: 'session' }>

export function sessionResults(
  spec: AggregateSpec,
  window: SessionWindow,
  input: Table,
  moments: readonly Moment[],
): Results {
  const { time } = window
  const reaches = reachesOf(moments, time)
  const timeOf = (row: Row) => (time === 'event' ? row.time : (moments[row.batch] as Moment).now)
  const { groups, failed } = membersOf(spec, input, timeOf)
  const keys = groups.map(group => {
    const key = new SessionsOfKey(spec, window, input)
    reaches.forEach((reach, batch) => {
      const arrived = group.filter(({ row }) => row.batch === batch)
      key.pass(arrived, batch, reach)
    })
    return key
  })
  const late = keys.flatMap(key => key.late).sort((one, other) => one.arrival - other.arrival)
  const rows = byBatch(keys.flatMap(key => key.rows))
  const unsaid = keys.reduce((sum, key) => sum + key.failed, 0)
  return { rows, late: late.map(({ row }) => row), failed: failed + unsaid }
}

class SessionsOfKey {
  readonly rows: Row[] = []
  readonly late: Member[] = []
  /** Results that could not be said. */
  failed = 0
  readonly #spec: AggregateSpec
  readonly #gap: number
  readonly #lateness: number
  readonly #input: Table
  /** Neither forgotten nor too late. */
  #members: readonly Member[] = []
  /** What was said and not taken back, of sessions that are not forgotten, by their bounds. */
  #said = new Map<string, Row>()

  constructor(spec: AggregateSpec, { gapMs, time }: SessionWindow, input: Table) {
    this.#spec = spec
    this.#gap = gapMs
    this.#lateness = time === 'event' ? spec.latenessMs : 0
    this.#input = input
  }

  pass(arrived: readonly Member[], batch: number, { before, after }: Reach): void {
    this.#forget(before)
    const taken = arrived.filter(member => this.#take(member, before))
    this.#takeBack(batch)
    const touched = this.#sessions().filter(session => taken.some(one => session.includes(one)))
    const updating = this.#spec.mode === 'updating'
    for (const session of touched) {
      if (updating || this.#end(session) <= before) this.#say(session, batch)
    }
    if (updating) return
    const due = this.#sessions().filter(session => this.#isDue(session, before, after))
    for (const session of due) this.#say(session, batch)
  }

  /** Due with this batch, or unsaid since it shrank no longer: a session speaks when it closes. */
  #isDue(session: readonly Member[], before: number, after: number): boolean {
    const end = this.#end(session)
    return before < end && end <= after
  }

  #sessions(members: readonly Member[] = this.#members): Member[][] {
    const sessions: Member[][] = []
    for (const member of [...members].sort(byTime)) {
      const last = sessions.at(-1)
      const near = last !== undefined && member.time - (last.at(-1) as Member).time < this.#gap
      if (near) last.push(member)
      else sessions.push([member])
    }
    return sessions
  }

  #end(session: readonly Member[]): number {
    return (session.at(-1) as Member).time + this.#gap
  }

  #forget(watermark: number): void {
    const kept = this.#sessions().filter(one => this.#end(one) + this.#lateness > watermark)
    this.#members = kept.flat()
    const bounds = new Set(kept.map(session => this.#bounds(session)))
    for (const name of this.#said.keys()) if (!bounds.has(name)) this.#said.delete(name)
  }

  #take(member: Member, watermark: number): boolean {
    const all = [...this.#members, member]
    const own = this.#sessions(all).find(session => session.includes(member)) as Member[]
    if (this.#end(own) + this.#lateness <= watermark) {
      this.late.push(member)
      return false
    }
    this.#members = all
    return true
  }

  /** Rows of sessions that are no longer what they were. */
  #takeBack(batch: number): void {
    const bounds = new Set(this.#sessions().map(session => this.#bounds(session)))
    for (const [name, row] of this.#said) {
      if (bounds.has(name)) continue
      this.rows.push({ ...row, batch, kind: 'delete' })
      this.#said.delete(name)
    }
  }

  #say(session: readonly Member[], batch: number): void {
    const bounds = this.#bounds(session)
    const before = this.#said.get(bounds)
    const row = computed(() => this.#row(session, batch, before))
    if (row !== undefined) {
      this.#said.set(bounds, row)
      this.rows.push(row)
      return
    }
    this.failed++
    this.#said.delete(bounds)
    if (before !== undefined) this.rows.push({ ...before, batch, kind: 'delete' })
  }

  #row(session: readonly Member[], batch: number, before: Row | undefined): Row {
    const first = session[0] as Member
    const end = this.#end(session)
    const values: Value[] = [
      ...[...first.key, BigInt(first.time), BigInt(end)],
      ...foldedAll(this.#spec, session, this.#input.columns),
    ]
    const kind = before === undefined ? 'insert' : 'update'
    return { batch, time: end - 1, kind, values, old: before?.values }
  }

  #bounds(session: readonly Member[]): string {
    return [(session[0] as Member).time, this.#end(session)].map(textOf).join()
  }
}
