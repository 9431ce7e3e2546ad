/** Draws a script from a seed, as swarm testing does: each leans on other kinds of steps. */

import { Prng } from '../../../src/base/prng.ts'
import { type How, type Script, type Step, WHOLE } from './script.ts'

const PARTITIONS_MAX = 4
const PRODUCERS_MAX = 4
const STEPS = [15, 60] as const
const COUNT_MAX = 4
const WEIGHTS = [0, 1, 2, 5] as const

/** What must be known to draw steps that make sense. */
interface Producer {
  isLive: boolean
  /** Partitions of the open transaction. */
  open: Set<number>
  /** Of the life before: whether something was open; undefined if there is none. */
  zombie: { readonly isOpen: boolean } | undefined
}

type Kind = Step['do']

/** How often a kind of step is drawn, before a script leans on it or leaves it out. */
const often: Readonly<Record<Kind, number>> = {
  append: 3,
  begin: 2,
  send: 12,
  'send-too-large': 0.3,
  'send-nowhere': 0.3,
  end: 8,
  leave: 0.5,
  'zombie-send': 2,
  'zombie-end': 2,
  read: 4,
  ends: 1,
  delete: 0.7,
  beyond: 0.5,
  move: 0,
}

/** A script with moves has one or two: with real brokers each takes seconds. */
export function drawScript(seed: number, { moves = false } = {}): Script {
  const prng = new Prng(seed).fork('log-script')
  const drawing = new Drawing(prng)
  const steps: Step[] = []
  const many = prng.between(STEPS[0], STEPS[1])
  while (steps.length < many) steps.push(drawing.step())
  if (moves) {
    for (let left = prng.between(1, 2); left > 0; left--) {
      const who = prng.below(drawing.producers.length)
      steps.splice(prng.below(steps.length + 1), 0, { do: 'move', who })
    }
  }
  return { seed, partitions: drawing.partitions, steps }
}

class Drawing {
  readonly partitions: number
  readonly producers: readonly Producer[]
  readonly #prng: Prng
  readonly #weights: readonly (readonly [Kind, number])[]
  readonly #commits: number

  constructor(prng: Prng) {
    this.#prng = prng
    this.partitions = prng.between(1, PARTITIONS_MAX)
    this.producers = Array.from({ length: prng.between(1, PRODUCERS_MAX) }, () => {
      return { isLive: false, open: new Set<number>(), zombie: undefined }
    })
    this.#commits = prng.pick([0.3, 0.6, 0.8])
    this.#weights = Object.entries(often).map(([kind, weight]) => {
      const isNeeded = kind === 'send' || kind === 'end' || kind === 'begin'
      return [kind as Kind, weight * (isNeeded ? 1 : prng.pick(WEIGHTS))]
    })
  }

  /** Kinds for which nobody is ready are drawn again. */
  step(): Step {
    for (;;) {
      const step = this.#step(this.#kind())
      if (step !== undefined) return step
    }
  }

  #kind(): Kind {
    const sum = this.#weights.reduce((all, [, weight]) => all + weight, 0)
    let left = this.#prng.float() * sum
    for (const [kind, weight] of this.#weights) {
      left -= weight
      if (left < 0) return kind
    }
    return 'read'
  }

  #step(kind: Kind): Step | undefined {
    const prng = this.#prng
    const from = prng.below(this.partitions)
    const share = prng.below(WHOLE + 1)
    switch (kind) {
      case 'append':
        return { do: kind, to: this.#some(), count: this.#count() }
      case 'ends':
        return { do: kind }
      case 'delete':
        return { do: kind, from, share }
      case 'beyond':
        return { do: kind, from, by: prng.between(1, 20) }
      case 'read': {
        const isolation = prng.chance(0.7) ? 'committed' : 'uncommitted'
        return { do: kind, from, share, isolation, maxBytes: prng.pick([1, 50, 1_000_000]) }
      }
      case 'move':
        return undefined
      default:
        return this.#ofProducer(kind, prng.below(this.producers.length))
    }
  }

  #ofProducer(kind: Kind, who: number): Step | undefined {
    const producer = this.producers[who] as Producer
    if (kind === 'begin' || !producer.isLive) return this.#begun(producer, who)
    if (kind === 'zombie-send' || kind === 'zombie-end') return this.#haunted(kind, who)
    const [first] = producer.open
    switch (kind) {
      case 'send': {
        const to = this.#some()
        for (const one of to) producer.open.add(one)
        return { do: kind, who, to, count: this.#count() }
      }
      case 'end':
        producer.open.clear()
        return { do: kind, who, how: this.#how() }
      case 'send-too-large':
        if (first === undefined) return undefined
        producer.isLive = false
        return { do: kind, who, to: first }
      case 'send-nowhere':
        producer.isLive = false
        return { do: kind, who, to: this.#prng.below(this.partitions) }
      case 'leave':
        producer.isLive = false
        return { do: kind, who }
      default:
        return undefined
    }
  }

  #begun(producer: Producer, who: number): Step {
    producer.zombie = producer.isLive ? { isOpen: producer.open.size > 0 } : undefined
    producer.open.clear()
    producer.isLive = true
    return { do: 'begin', who }
  }

  #haunted(kind: 'zombie-send' | 'zombie-end', who: number): Step | undefined {
    const producer = this.producers[who] as Producer
    const { zombie } = producer
    if (zombie === undefined) return undefined
    // Who has nothing open and ends it asks nobody, and may go on to believe what it believes.
    if (kind === 'zombie-end' && !zombie.isOpen) return undefined
    producer.zombie = undefined
    return kind === 'zombie-end'
      ? { do: kind, who, how: this.#how() }
      : { do: kind, who, to: this.#some() }
  }

  #some(): readonly number[] {
    const all = Array.from({ length: this.partitions }, (_, at) => at)
    const count = this.#prng.chance(0.5) ? 1 : this.#prng.between(1, this.partitions)
    return this.#prng.shuffle(all).slice(0, count)
  }

  #count(): number {
    return this.#prng.between(1, COUNT_MAX)
  }

  #how(): How {
    return this.#prng.chance(this.#commits) ? 'commit' : 'abort'
  }
}
