/**
 * Test support: one line over the simulated wire, and whoever it calls: a program that notes what
 * it hears and says what a test tells it to say.
 */

import { EventQueue, SimClock } from '../../../chaos/sim/world/clock.ts'
import { SimWire } from '../../../chaos/sim/world/transport.ts'
import type { Connection, Transport } from '../../base/env.ts'
import { nodeId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import {
  encodeHello,
  encodeRefusal,
  type Hello,
  type HelloSelf,
  type Lane,
  type LinkRefusal,
  PROTOCOL,
  readGreeting,
} from '../links/hello.ts'
import { defaultLinkLimits, type LinkLimits } from '../links/limits.ts'
import { Line, type LineListener, type LineParts } from '../links/line.ts'
import { encodeProbe, readProbe } from '../links/probe.ts'

export const PLACE = 'host2:1'
export const ELSEWHERE = 'host3:1'

const me: HelloSelf = {
  protocol: PROTOCOL,
  cluster: 'c',
  node: nodeId('me'),
  store: 's-me',
  boot: 1,
  opening: 'o',
}
const answer: Hello = {
  ...me,
  node: nodeId('peer'),
  store: 's-peer',
  boot: 4,
  opening: 'o',
  lane: 'turn',
  to: me.node,
}

/** Whoever listens at one address: the latest call counts. */
export class Callee {
  readonly heard: string[] = []
  readonly hellos: Hello[] = []
  /** Of probes; `echoes`: each is sent back. */
  readonly serials: number[] = []
  echoes = false
  #latest: Connection | undefined
  /** Calls that the caller has not ended. */
  open = 0

  constructor(door: Transport<string>) {
    door.accept(connection => {
      this.#latest = connection
      this.open++
      return {
        onOpen: () => {},
        onFrame: frame => this.#note(frame),
        onClosed: () => {
          this.open--
          this.heard.push('closed')
        },
      }
    })
  }

  say(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.#latest?.send(frame)
  }

  hello(over: Partial<Hello> = {}): void {
    this.say(encodeHello({ ...answer, ...over }))
  }

  refuse(code: string): void {
    this.say(encodeRefusal({ code, message: 'for a reason of its own; wait' }))
  }

  hangUp(): void {
    this.#latest?.close()
    this.open--
  }

  /** One byte, or zeros, is what a test says; everything else is a greeting or a probe. */
  #note(frame: Uint8Array): void {
    if (frame.length === 1 || frame[0] === 0) {
      this.heard.push(`frame ${frame[0]}`)
      return
    }
    const probe = readProbe(frame)
    if (probe !== undefined) {
      this.serials.push(probe.serial)
      if (this.echoes) this.say(encodeProbe({ kind: 'echo', serial: probe.serial }))
      return
    }
    const greeting = readGreeting(frame, PROTOCOL)
    if (greeting.kind === 'hello') this.hellos.push(greeting.hello)
    this.heard.push(greeting.kind === 'refusal' ? greeting.refusal.code : greeting.kind)
  }
}

export interface LineRigOptions {
  readonly limits?: Partial<LinkLimits>
  readonly bufferBytes?: number
  readonly lane?: Lane
}

/** Line of node 1 to `PLACE`, where node 2 listens; node 3 listens `ELSEWHERE`. */
export class LineRig implements LineListener {
  readonly queue = new EventQueue()
  readonly wire: SimWire
  readonly limits: LinkLimits
  readonly callee: Callee
  readonly other: Callee
  readonly line: Line
  readonly parts: LineParts
  readonly told: string[] = []
  /** When it dialled, in whole milliseconds. */
  readonly dialledMs: number[] = []
  /** What chance draws, from 0 to 1. */
  share = 0
  verdict: LinkRefusal | undefined
  /** What whoever is called proves to be his names. */
  proved: readonly string[] | undefined
  /** Called by each call back of this name, before it returns. */
  readonly react: { [name in 'judge' | 'up' | 'down' | 'refused']?: () => void } = {}

  constructor({ limits = {}, bufferBytes = 100_000, lane = 'turn' }: LineRigOptions = {}) {
    const { queue } = this
    const profile = { delayMinUs: 50, delayMeanUs: 100, bufferBytes }
    this.wire = new SimWire(profile, { queue, prng: new Prng(1) })
    this.limits = { ...defaultLinkLimits, ...limits }
    const door = this.wire.door(1, 'host1:1')
    this.callee = new Callee(this.wire.door(2, PLACE))
    this.other = new Callee(this.wire.door(3, ELSEWHERE))
    const transport: Transport<string> = {
      connect: (to, listener) => {
        this.dialledMs.push(Math.round(queue.nowMs))
        return Object.assign(door.connect(to, listener), { peerNames: this.proved })
      },
      accept: onConnection => door.accept(onConnection),
    }
    const random = { uint32: () => Math.floor(this.share * (2 ** 32 - 1)) }
    const clock = new SimClock(queue)
    this.parts = { transport, clock, random, self: me, limits: this.limits }
    this.line = new Line(this.parts, { node: answer.node, address: PLACE, lane }, this)
  }

  judge(hello: Hello, names: readonly string[] | undefined): LinkRefusal | undefined {
    this.told.push(`judge ${hello.node}/${hello.boot}${names === undefined ? '' : ` ${names}`}`)
    this.react.judge?.()
    return this.verdict
  }

  onUp(lane: Lane, hello: Hello): void {
    this.told.push(`up ${lane} ${hello.boot}`)
    this.react.up?.()
  }

  onDown(lane: Lane, wasUp: boolean, why: string): void {
    this.told.push(`${wasUp ? 'down' : 'failed'} ${lane}: ${why}`)
    this.react.down?.()
  }

  onRefused({ code }: LinkRefusal, isTheirs: boolean): void {
    this.told.push(`refused by ${isTheirs ? 'them' : 'us'}: ${code}`)
    this.react.refused?.()
  }

  pass(ms: number): void {
    this.queue.runUntil(this.queue.nowUs + Math.round(ms * 1000))
  }

  /** Up, and nothing told yet. */
  up(): this {
    this.line.dial()
    this.pass(5)
    this.callee.hello()
    this.pass(5)
    this.told.length = 0
    return this
  }
}
