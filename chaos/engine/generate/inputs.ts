/**
 * Random input: channels that run ahead of each other and fall asleep, records out of order within
 * and beyond what the watermarks allow, ties, duplicates, batches of any size and empty ones, time
 * that jumps and time before 1970.
 */

import type { Prng } from '../../../src/base/prng.ts'
import type { Arrival, Batch, Channel, Input, Mark } from '../../oracle/input.ts'
import type { Plan } from '../../oracle/plan.ts'
import type { Value } from '../../oracle/value.ts'
import type { DrawnColumn } from './kinds.ts'
import { drawValue } from './values.ts'

const BATCHES_MAX = 10
const RECORDS_MAX = 12
/** Now and then, more timers wait in a slot than are read at a time. */
const CROWD_MAX = 60
const CHANNELS_MAX = 3
/** What is not looked at where a column says the time. */
const NOBODYS_TIMES = [0, 3_000_000_000_000, -5]
/** Just beyond the years of which calendars know. */
const FAR_TIMES = [-62_135_596_800_001n, 253_402_300_800_000n]
const NOW_START = 1_000_000

export interface InputLimits {
  /** Watermarks only where the input ends: nothing is late. */
  readonly finite: boolean
}

export function drawInput(prng: Prng, plan: Plan, limits: InputLimits): Input {
  const channels = plan.sources.flatMap(({ id }) =>
    Array.from({ length: prng.between(1, CHANNELS_MAX) }, () => id),
  )
  const draft = new InputDraft(
    prng,
    plan,
    channels.map((source, id) => ({ id, source })),
    limits,
  )
  return draft.input()
}

/** How a run is: the same for all its channels. */
interface Weather {
  readonly lagMs: number
  /** How far records lie behind their channel, at most, and how often further. */
  readonly disorderMs: number
  readonly lateness: number
  readonly paceMs: number
  /** All times are multiples of it: so that some are the very bounds of windows. */
  readonly grainMs: number
  readonly jump: number
  readonly idle: number
  readonly repeat: number
}

class InputDraft {
  readonly #prng: Prng
  readonly #plan: Plan
  readonly #channels: readonly Channel[]
  readonly #limits: InputLimits
  readonly #weather: Weather
  /** Where each channel's event time stands. */
  readonly #clocks: number[]
  readonly #past: Arrival[] = []
  /** Those that ended before the input did. */
  readonly #ended = new Set<number>()
  #now = NOW_START

  constructor(prng: Prng, plan: Plan, channels: readonly Channel[], limits: InputLimits) {
    this.#prng = prng
    this.#plan = plan
    this.#channels = channels
    this.#limits = limits
    const start = prng.pick([0, -3000, 1_700_000_000_000, 12_345])
    this.#clocks = channels.map(() => start + prng.below(1000))
    const lagMs = prng.pick([0, 10, 300, 1000])
    this.#weather = {
      ...{ lagMs, disorderMs: prng.chance(0.2) ? 0 : lagMs + prng.below(100) },
      ...{ lateness: prng.pick([0, 0.1, 0.4]), paceMs: prng.pick([1, 30, 200]) },
      ...{ grainMs: prng.pick([1, 10, 250, 250]) },
      ...{ jump: prng.pick([0, 0.1]), idle: prng.pick([0, 0.1]), repeat: prng.pick([0, 0.2]) },
    }
  }

  input(): Input {
    const prng = this.#prng
    const last = prng.between(0, BATCHES_MAX)
    const batches = Array.from({ length: last + 1 }, (_, at) => this.#batch(at === last))
    return { channels: this.#channels, batches }
  }

  #batch(ended: boolean): Batch {
    const prng = this.#prng
    this.#now += prng.chance(0.2) ? 0 : prng.below(900)
    const arrivals = this.#channels.flatMap(channel => this.#arrivals(channel))
    const marks = this.#limits.finite ? [] : this.#channels.flatMap(({ id }) => this.#marks(id))
    return { arrivals, marks, now: this.#now, ended }
  }

  #arrivals(channel: Channel): readonly Arrival[] {
    const prng = this.#prng
    if (this.#ended.has(channel.id)) return []
    const most = prng.chance(0.02) ? CROWD_MAX : RECORDS_MAX
    const count = prng.chance(0.3) ? 0 : prng.below(most)
    return Array.from({ length: count }, () => {
      const arrival = this.#arrival(channel)
      this.#past.push(arrival)
      return arrival
    })
  }

  #arrival({ id, source }: Channel): Arrival {
    const prng = this.#prng
    const again = this.#past.filter(({ channel }) => channel === id)
    if (again.length > 0 && prng.chance(this.#weather.repeat)) return prng.pick(again)
    const { columns = [], time } = this.#plan.sources.find(one => one.id === source) ?? {}
    const values = columns.map(column => drawValue(prng, column as DrawnColumn))
    if (time === undefined) return { channel: id, time: this.#time(id), values }
    const told = values.map((value, at) => (columns[at]?.name === time ? this.#told(id) : value))
    return { channel: id, time: prng.pick(NOBODYS_TIMES), values: told }
  }

  /** As a column says it, which is not always a time. */
  #told(id: number): Value {
    const time = BigInt(this.#time(id))
    if (this.#prng.chance(0.02)) return null
    return this.#prng.chance(0.01) ? this.#prng.pick(FAR_TIMES) : time
  }

  /** Its records say what time it is. */
  #isClocked(channel: number): boolean {
    const source = this.#channels.find(({ id }) => id === channel)?.source
    return this.#plan.sources.some(({ id, lagMs }) => id === source && lagMs !== undefined)
  }

  #time(channel: number): number {
    const prng = this.#prng
    const { disorderMs, lateness, paceMs, jump, lagMs } = this.#weather
    const jumped = prng.chance(jump) ? prng.below(20_000) : 0
    const clock = (this.#clocks[channel] as number) + prng.below(paceMs + 1) + jumped
    this.#clocks[channel] = clock
    const beyond = prng.chance(lateness) ? lagMs + prng.below(3000) : 0
    return this.#grained(clock - prng.below(disorderMs + 1) - beyond)
  }

  #grained(time: number): number {
    const { grainMs } = this.#weather
    return Math.floor(time / grainMs) * grainMs
  }

  #marks(channel: number): readonly Mark[] {
    const prng = this.#prng
    if (this.#ended.has(channel) || prng.chance(0.3)) return []
    if (this.#ended.size + 1 < this.#channels.length && prng.chance(0.02)) {
      this.#ended.add(channel)
      return [{ channel, watermark: Number.POSITIVE_INFINITY }]
    }
    const idle = prng.chance(this.#weather.idle) ? { idle: true } : {}
    if (this.#isClocked(channel)) return [{ channel, ...idle }]
    const watermark = this.#grained((this.#clocks[channel] as number) - this.#weather.lagMs)
    const mark = { channel, watermark, ...idle }
    // A new reader may know less of time than the one before.
    return prng.chance(0.1) ? [mark, { channel, watermark: watermark - prng.below(2000) }] : [mark]
  }
}
