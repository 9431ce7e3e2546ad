/**
 * Is there an order of the operations on one key, each taking effect at one moment between its
 * call and its return, in which a sequential object would have answered the same? The search of
 * Wing and Gong with Lowe's memory of configurations: (set of operations that took effect, state)
 * is entered once.
 *
 * An operation whose outcome is unknown may take effect at any time after its call or never, so
 * the search tries it last and need not place it at all. The search is bounded: beyond the bound
 * the answer is `undecided`, never yes.
 */

import type { Model, Move } from './models.ts'

export interface Call {
  readonly move: Move
  /** Places in the order of all calls and returns. */
  readonly called: number
  /** Infinity: nobody ever saw it return. */
  readonly returned: number
  /** Hint: calls, by their place in the history, that took effect before this one. */
  readonly after?: readonly number[]
  /** Hint: the value that it found, which no later call brings back. */
  readonly sees?: number
}

export type Verdict =
  | { readonly kind: 'linearizable' }
  | { readonly kind: 'undecided'; readonly steps: number }
  /** The most calls that could be put in order, and those of which none could come next. */
  | {
      readonly kind: 'impossible'
      readonly prefix: readonly Call[]
      readonly stuck: readonly Call[]
    }

export const STEPS_MAX = 2_000_000

export function checkLinearizable<State>(
  model: Model<State>,
  calls: readonly Call[],
  stepsMax = STEPS_MAX,
): Verdict {
  return new Search(model, calls, stepsMax).run()
}

interface Frame<State> {
  /** The call that took effect. */
  readonly call: number
  /** The state before. */
  readonly state: State
}

const NONE = -1
const BITS = 32

/**
 * Events stand in a doubly linked list: call i is event i, its return event i + n, and event 2n is
 * both ends. A call that took effect is lifted out together with its return.
 */
class Search<State> {
  readonly #model: Model<State>
  readonly #calls: readonly Call[]
  readonly #stepsMax: number
  readonly #end: number
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #bits: Int32Array
  /** A fingerprint of `#bits`, one random word per call. */
  #bitsHash = 0
  /** How many known calls have yet to find this value. */
  readonly #waiting = new Map<number, number>()
  readonly #memory = new Map<number, { bits: Int32Array; state: State }[]>()
  #known = 0
  #steps = 0
  #best: number[] = []

  constructor(model: Model<State>, calls: readonly Call[], stepsMax: number) {
    const n = calls.length
    this.#model = model
    this.#calls = calls
    this.#stepsMax = stepsMax
    this.#end = 2 * n
    this.#next = new Int32Array(2 * n + 1)
    this.#previous = new Int32Array(2 * n + 1)
    this.#bits = new Int32Array(Math.ceil(n / BITS))
    this.#link()
  }

  run(): Verdict {
    const stack: Frame<State>[] = []
    let state = this.#model.initial
    let from = NONE
    while (this.#known > 0) {
      const found = this.#find(state, from)
      if (this.#steps > this.#stepsMax) return { kind: 'undecided', steps: this.#steps }
      if (found !== undefined) {
        stack.push({ call: found.call, state })
        state = found.state
        from = NONE
        if (stack.length > this.#best.length) this.#best = stack.map(frame => frame.call)
        continue
      }
      const frame = stack.pop()
      if (frame === undefined) return this.#impossible()
      this.#putBack(frame.call)
      state = frame.state
      from = frame.call
    }
    return { kind: 'linearizable' }
  }

  /**
   * The next call, in the order of trial and behind `from`, that may take effect now and leads
   * somewhere new.
   */
  #find(state: State, from: number): { call: number; state: State } | undefined {
    const wasUnknown = from !== NONE && this.#isUnknown(from)
    if (!wasUnknown) {
      const found = this.#scan(state, from === NONE ? this.#end : from, false)
      if (found !== undefined) return found
    }
    return this.#scan(state, wasUnknown ? from : this.#end, true)
  }

  /** Only what was called before the first return that is left can come next. */
  #scan(
    state: State,
    behind: number,
    unknown: boolean,
  ): { call: number; state: State } | undefined {
    const n = this.#calls.length
    for (let event = this.#next[behind] as number; event < n; event = this.#next[event] as number) {
      if (this.#isUnknown(event) !== unknown || !this.#isInOrder(event)) continue
      this.#steps++
      const after = this.#model.step(state, (this.#calls[event] as Call).move)
      if (after === undefined || this.#isVain(event, state, after)) continue
      this.#lift(event)
      if (this.#isNew(after)) return { call: event, state: after }
      this.#putBack(event)
    }
    return undefined
  }

  #isInOrder(call: number): boolean {
    const { after } = this.#calls[call] as Call
    return after?.every(first => this.#has(first)) !== false
  }

  /** It would change nothing and need not be placed, or take away a value that others must find. */
  #isVain(call: number, state: State, after: State): boolean {
    if (this.#isUnknown(call)) {
      if (this.#model.equal(state, after) || this.#hasTwin(call)) return true
    }
    const value = this.#model.holding?.(state)
    if (value === undefined || value === this.#model.holding?.(after)) return false
    const own = (this.#calls[call] as Call).sees === value ? 1 : 0
    return (this.#waiting.get(value) ?? 0) > own
  }

  /** Of unknown calls that are alike, the one that was called first stands for all. */
  #hasTwin(call: number): boolean {
    const { name, value, expected } = (this.#calls[call] as Call).move
    for (
      let event = this.#next[this.#end] as number;
      event !== call;
      event = this.#next[event] as number
    ) {
      if (event >= this.#calls.length || !this.#isUnknown(event)) continue
      const { move } = this.#calls[event] as Call
      if (move.name === name && move.value === value && move.expected === expected) return true
    }
    return false
  }

  #has(call: number): boolean {
    return (((this.#bits[Math.floor(call / BITS)] as number) >>> (call % BITS)) & 1) === 1
  }

  #isUnknown(call: number): boolean {
    return (this.#calls[call] as Call).returned === Number.POSITIVE_INFINITY
  }

  #isNew(state: State): boolean {
    const hash = this.#bitsHash ^ Math.imul(this.#model.hash(state) + 1, 0x85ebca6b)
    const alike = this.#memory.get(hash)
    const bits = this.#bits
    if (alike === undefined) {
      this.#memory.set(hash, [{ bits: bits.slice(), state }])
      return true
    }
    for (const other of alike) {
      if (equalBits(other.bits, bits) && this.#model.equal(other.state, state)) return false
    }
    alike.push({ bits: bits.slice(), state })
    return true
  }

  #lift(call: number): void {
    this.#unlink(call)
    if (!this.#isUnknown(call)) {
      this.#unlink(call + this.#calls.length)
      this.#known--
      this.#wait(call, -1)
    }
    this.#flip(call)
  }

  /** In the exact reverse order of lifting. */
  #putBack(call: number): void {
    if (!this.#isUnknown(call)) {
      this.#relink(call + this.#calls.length)
      this.#known++
      this.#wait(call, 1)
    }
    this.#relink(call)
    this.#flip(call)
  }

  #wait(call: number, change: 1 | -1): void {
    const { sees } = this.#calls[call] as Call
    if (sees !== undefined) this.#waiting.set(sees, (this.#waiting.get(sees) ?? 0) + change)
  }

  #flip(call: number): void {
    const word = Math.floor(call / BITS)
    this.#bits[word] = (this.#bits[word] as number) ^ (1 << (call % BITS))
    this.#bitsHash ^= Math.imul((call + 1) ^ 0x5bd1e995, 0x27d4eb2f) ^ ((call + 1) << 7)
  }

  #unlink(event: number): void {
    const next = this.#next[event] as number
    const previous = this.#previous[event] as number
    this.#next[previous] = next
    this.#previous[next] = previous
  }

  #relink(event: number): void {
    this.#next[this.#previous[event] as number] = event
    this.#previous[this.#next[event] as number] = event
  }

  #link(): void {
    const n = this.#calls.length
    const events: { at: number; event: number }[] = []
    for (const [i, { called, returned }] of this.#calls.entries()) {
      events.push({ at: called, event: i })
      if (returned === Number.POSITIVE_INFINITY) continue
      this.#known++
      this.#wait(i, 1)
      events.push({ at: returned, event: i + n })
    }
    events.sort((a, b) => a.at - b.at)
    let last = this.#end
    for (const { event } of events) {
      this.#next[last] = event
      this.#previous[event] = last
      last = event
    }
    this.#next[last] = this.#end
    this.#previous[this.#end] = last
  }

  #impossible(): Verdict {
    const prefix = this.#best.map(call => this.#calls[call] as Call)
    const left = this.#calls.filter(call => !prefix.includes(call))
    const firstReturn = Math.min(...left.map(call => call.returned))
    return { kind: 'impossible', prefix, stuck: left.filter(call => call.called < firstReturn) }
  }
}

function equalBits(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
