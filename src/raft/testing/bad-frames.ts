/**
 * Test support: what a bad caller says on a connection. Greetings and packets, good ones, ones made
 * a little wrong, foreign ones and noise, from a seed.
 */

import fc from 'fast-check'
import { type NodeId, nodeId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { encodeHello, encodeRefusal, type Hello } from '../links/hello.ts'
import { PacketWriter } from '../wire/packet.ts'
import * as any from './arbitraries.ts'
import { mutated } from './mutation.ts'
import { sealed, unsealed } from './seal.ts'

export class BadFrames {
  readonly #random: Prng
  readonly #hello: Hello
  readonly #oversizeBytes: number
  readonly #taken: NodeId
  readonly #packets: readonly Uint8Array[]

  /**
   * `hello` is one that would be let in; a frame of `oversizeBytes` would not, nor would anybody
   * else in the name `taken`.
   */
  constructor(seed: number, hello: Hello, oversizeBytes: number, taken = hello.node) {
    this.#random = new Prng(seed)
    this.#hello = hello
    this.#oversizeBytes = oversizeBytes
    this.#taken = taken
    const said = fc.array(fc.tuple(any.group, any.message), { maxLength: 6 })
    this.#packets = fc.sample(said, { numRuns: 100, seed }).map(all => {
      const writer = new PacketWriter()
      for (const [group, message] of all) writer.add(group, message)
      return writer.finish()
    })
  }

  /** One connection: a greeting, then some frames. */
  call(): readonly Uint8Array[] {
    const frames = [this.#greeting()]
    for (let left = this.#random.below(6); left > 0; left--) frames.push(this.#packet())
    return frames
  }

  #greeting(): Uint8Array {
    const random = this.#random
    const hello = this.#hello
    const kinds: readonly (() => Uint8Array)[] = [
      () => encodeHello(hello),
      () => encodeHello(hello),
      () => mutated(encodeHello(hello), random),
      () => encodeHello({ ...hello, cluster: 'another' }),
      () => encodeHello({ ...hello, to: nodeId('somebody') }),
      () => encodeHello({ ...hello, node: hello.to }),
      () => encodeHello({ ...hello, boot: hello.boot - 1 }),
      () => encodeHello({ ...hello, node: this.#taken }),
      () => encodeHello({ ...hello, protocol: { min: 2, max: 2 ** 40 } }),
      () => encodeRefusal({ code: 'old-incarnation', message: 'out of the blue' }),
      () => this.#packet(),
    ]
    return random.pick(kinds)()
  }

  #packet(): Uint8Array {
    const random = this.#random
    const good = random.pick(this.#packets)
    const kind = random.below(16)
    if (kind < 6) return good
    if (kind < 8) return mutated(good, random)
    if (kind < 13) return sealed(mutated(unsealed(good), random))
    if (kind < 15) return Uint8Array.from({ length: random.below(40) }, () => random.below(256))
    return new Uint8Array(this.#oversizeBytes)
  }
}
