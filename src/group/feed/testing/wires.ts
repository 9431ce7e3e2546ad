/** Test support: two processes with simulated connections between them, one that asks. */

import { SimWire } from '../../../../chaos/sim/world/transport.ts'
import type { Connection, Transport } from '../../../base/env.ts'
import { Prng } from '../../../base/prng.ts'
import {
  type Ask,
  decodeTold,
  encodeAsk,
  type Opening,
  type Told,
} from '../../../engine/exchange/talk.ts'
import type { Time } from './rig.ts'

const PROFILE = { delayMinUs: 50, delayMeanUs: 100, bufferBytes: 100_000 }

export const OPENING: Opening = {
  ...{
    cluster: 'c',
    job: 'j',
    generation: 2,
    channel: 1,
    group: 0,
    term: 1,
    cursor: 5,
    bytes: 1000,
  },
}

export class Wires {
  readonly wire: SimWire
  readonly doors: readonly Transport<string>[]

  constructor(time: Time, nodes = 2) {
    this.wire = new SimWire(PROFILE, { queue: time.queue, prng: new Prng(1) })
    this.doors = Array.from({ length: nodes }, (_, node) => this.wire.door(node, `n${node}`))
  }

  door(node: number): Transport<string> {
    const door = this.doors[node]
    if (door === undefined) throw new Error(`there is no node ${node}`)
    return door
  }
}

/** Who opens streams by hand, and what he is told. */
export class Caller {
  readonly told: Told[] = []
  readonly connection: Connection
  isClosed = false

  constructor(door: Transport<string>, to = 'n1') {
    this.connection = door.connect(to, {
      onOpen: () => undefined,
      onFrame: bytes => void this.told.push(decodeTold(bytes)),
      onClosed: () => {
        this.isClosed = true
      },
    })
  }

  say(ask: Ask): void {
    this.connection.send(encodeAsk(ask))
  }

  hello(more: Partial<Opening> = {}): void {
    this.say({ kind: 'hello', opening: { ...OPENING, ...more } })
  }

  /** Codes of refusals, and sizes of frames. */
  get heard(): readonly string[] {
    return this.told.map(one => {
      return one.kind === 'refusal' ? one.refusal.code : `frame ${one.bytes.length}`
    })
  }
}
