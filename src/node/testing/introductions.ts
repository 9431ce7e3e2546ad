/** Test support: what somebody may say of himself, most of it near to what holds. */

import fc from 'fast-check'
import type { Place } from '../../io/members/service.ts'

export const goodPlace: Place = {
  replica: 0,
  node: 'n2',
  store: 's2',
  boot: 1,
  opening: 'o',
  address: '127.0.0.1:9',
  http: '127.0.0.1:10',
}

const text = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '%%%not an address', '\u0000', ':', '..') },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 100_000 }).map(count => 'x'.repeat(count)) },
)
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,70}$/)
const port = fc.integer({ min: 0, max: 66_000 })
const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map(one => `[${one}]`),
  name,
  text,
)
const address = fc.oneof(
  fc.tuple(host, port).map(([one, at]) => `${one}:${at}`),
  text,
)
/** No -0: on the wire it is a whole number without a sign. */
const number = fc
  .oneof(fc.nat(9), fc.double(), fc.maxSafeInteger(), fc.constant(2 ** 64))
  .map(one => one + 0)

const anyField = fc.record({
  replica: fc.nat(9),
  node: fc.oneof(name, text),
  store: fc.oneof(name, text),
  boot: number,
  opening: fc.oneof(name, text),
  address,
  http: address,
})

const fields = ['replica', 'node', 'store', 'boot', 'opening', 'address', 'http'] as const

/** Some fields of it are as good as `goodPlace`'s. */
export const anyPlace: fc.Arbitrary<Place | null> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 40,
    arbitrary: fc.tuple(anyField, fc.subarray([...fields])).map(([any, kept]) => {
      const good = Object.fromEntries(kept.map(field => [field, goodPlace[field]]))
      return { ...any, ...good } as Place
    }),
  },
)
