/**
 * Did all that the input means come out, once and in order for each key, and nothing else? The
 * oracle works out what must be there, from the input as its log has it.
 */

import { pairsOf, totalsOf } from '../../oracle/drills/pairs.ts'
import { type Fact, type Out, type Put, type Sink, sinks } from './record.ts'

export interface JobVerdict {
  readonly inputs: number
  /** As many as there must be. */
  readonly outputs: number
  readonly lost: number
  readonly repeated: number
  /** Of something that is due, but says another thing of it; or nothing is due there at all. */
  readonly wrong: number
  /** Behind one of its key that comes after it. */
  readonly misplaced: number
  /** Numbers of a group's outputs that are there twice, or with a gap before them. */
  readonly misnamed: number
  readonly objections: readonly string[]
}

interface Due {
  /** What keeps its order. */
  readonly key: string
  readonly text: string
}

/** The form in which both sides are compared. */
interface Told extends Due {
  readonly name: string
}

export function judge(facts: readonly Fact[]): JobVerdict {
  const put = facts.filter((fact): fact is Put => fact.f === 'put')
  const look = new Look(due(partitioned(put)))
  for (const fact of facts) {
    if (fact.f === 'out') look.see(fact)
    if (fact.f === 'dead') look.object('wrong', `a dead letter: ${fact.text}`)
  }
  look.end()
  return { inputs: put.length, outputs: look.expected, ...look.counts, objections: look.objections }
}

function partitioned(put: readonly Put[]): readonly (readonly Put[])[] {
  const parts = new Map<number, Put[]>()
  for (const one of put) {
    const own = parts.get(one.partition) ?? []
    parts.set(one.partition, own)
    own.push(one)
  }
  return [...parts.values()]
}

function due(parts: readonly (readonly Put[])[]): ReadonlyMap<Sink, readonly Told[]> {
  const pairs = pairsOf(parts).map(pair => toldPair({ ...pair }))
  const totals = totalsOf(parts).map(total => toldTotal({ ...total }))
  return new Map([
    ['pairs', pairs],
    ['totals', totals],
  ])
}

type Values = Readonly<Record<string, unknown>>

const toldPair = ({ key, first, last, total, bucket }: Values): Told => ({
  name: `${key} ${first}`,
  key: String(key),
  text: `${key} ${first} to ${last}: ${total} in ${bucket}`,
})

const toldTotal = ({ bucket, fromMs, pairs, total }: Values): Told => ({
  name: `${bucket} ${fromMs}`,
  key: String(bucket),
  text: `${bucket} at ${fromMs}: ${pairs} of ${total}`,
})

function toldBy({ sink, text }: Out): Told | undefined {
  const values = parsed(text)
  if (values === undefined) return undefined
  if (sink === 'pairs') return toldPair(values)
  return toldTotal({ ...values, fromMs: Date.parse(String(values['window_start'])) })
}

function parsed(text: string): Values | undefined {
  try {
    return JSON.parse(text) as Values
  } catch {
    // Whatever it is, it is no output of ours: it is counted as wrong.
    return undefined
  }
}

const IDENTITY = /^(.+)\/([1-9]\d*)$/

class Look {
  readonly objections: string[] = []
  readonly counts = { lost: 0, repeated: 0, wrong: 0, misplaced: 0, misnamed: 0 }
  expected = 0
  /** By sink, then name: and its place among those of its key. */
  readonly #due = new Map<Sink, Map<string, Due & { readonly place: number }>>()
  readonly #seen = new Set<string>()
  readonly #furthest = new Map<string, number>()
  /** By how the identity begins: the numbers that were seen. */
  readonly #numbers = new Map<string, number[]>()

  constructor(due: ReadonlyMap<Sink, readonly Told[]>) {
    for (const sink of sinks) {
      const named = new Map<string, Due & { readonly place: number }>()
      const places = new Map<string, number>()
      for (const { name, key, text } of due.get(sink) ?? []) {
        const place = places.get(key) ?? 0
        places.set(key, place + 1)
        named.set(name, { key, text, place })
        this.expected++
      }
      this.#due.set(sink, named)
    }
  }

  see(out: Out): void {
    const { sink, partition, text, identity } = out
    const what = `${sink}/${partition}: ${text}`
    const [, head = '', number = ''] = IDENTITY.exec(identity) ?? []
    const numbers = this.#numbers.get(head) ?? []
    this.#numbers.set(head, numbers)
    numbers.push(Number(number))
    const told = toldBy(out)
    const known = told && this.#due.get(sink)?.get(told.name)
    if (told === undefined || known === undefined) this.object('wrong', what)
    else if (this.#isAgain(`${sink} ${told.name}`)) this.object('repeated', what)
    else {
      if (known.text !== told.text) this.object('wrong', `${what}, and not ${known.text}`)
      if (this.#isBehind(`${sink} ${known.key}`, known.place)) this.object('misplaced', what)
    }
  }

  #isAgain(name: string): boolean {
    const isKnown = this.#seen.has(name)
    this.#seen.add(name)
    return isKnown
  }

  #isBehind(line: string, place: number): boolean {
    const furthest = this.#furthest.get(line) ?? -1
    this.#furthest.set(line, Math.max(furthest, place))
    return place < furthest
  }

  end(): void {
    for (const [sink, due] of this.#due) {
      for (const [name, { text }] of due) {
        if (!this.#seen.has(`${sink} ${name}`)) this.object('lost', `${sink}: ${text}`)
      }
    }
    for (const [head, numbers] of this.#numbers) this.#mustCount(head, numbers)
  }

  object(how: keyof Look['counts'], what: string): void {
    this.counts[how]++
    this.objections.push(`${how}: ${what}`)
  }

  /** From 1 on, each once: numbers of a group's sink go on whoever leads it. */
  #mustCount(head: string, numbers: number[]): void {
    numbers.sort((a, b) => a - b)
    const at = numbers.findIndex((number, place) => number !== place + 1)
    if (at >= 0) this.object('misnamed', `${head}: ${numbers[at]} in place of ${at + 1}`)
  }
}
