/**
 * Test support: an authority and certificates by it, made on the spot, so that no key lies in the
 * tree and none runs out. Node signs but has no maker of X.509; this is the little DER that it
 * takes (RFC 5280).
 */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { TlsFiles } from '../tls.ts'

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

const SEQUENCE = 0x30
const sequence = (...parts: readonly Uint8Array[]) => der(SEQUENCE, ...parts)
const id = (hex: string) => der(6, Buffer.from(hex, 'hex'))
const integer = (n: number) => der(2, Buffer.from([n]))
const year = (text: string) => der(0x18, Buffer.from(`${text}0101000000Z`))

const COMMON_NAME = id('550403')
const BASIC_CONSTRAINTS = id('551d13')
const ALTERNATIVE_NAMES = id('551d11')
const ECDSA_WITH_SHA256 = sequence(id('2a8648ce3d040302'))
const TRUE = der(1, Buffer.from([0xff]))

const nameOf = (common: string) =>
  sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(common)))))

interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const makeKeys = (): Keys => generateKeyPairSync('ec', { namedCurve: 'P-256' })

interface Wish {
  readonly subject: string
  readonly issuer: string
  readonly keys: Keys
  readonly signer: Keys
  readonly serial: number
  /** DNS names; an authority has none. */
  readonly names?: readonly string[] | undefined
  readonly isAuthority?: boolean
}

function extensions({ names, isAuthority = false }: Wish): Buffer {
  const constraints = sequence(...(isAuthority ? [TRUE] : []))
  const all = [sequence(BASIC_CONSTRAINTS, TRUE, der(4, constraints))]
  if (names !== undefined) {
    const list = sequence(...names.map(name => der(0x82, Buffer.from(name))))
    all.push(sequence(ALTERNATIVE_NAMES, der(4, list)))
  }
  return der(0xa3, sequence(...all))
}

function certificate(wish: Wish): string {
  const body = sequence(
    der(0xa0, integer(2)),
    integer(wish.serial),
    ECDSA_WITH_SHA256,
    nameOf(wish.issuer),
    sequence(year('2020'), year('2120')),
    nameOf(wish.subject),
    wish.keys.publicKey.export({ type: 'spki', format: 'der' }),
    extensions(wish),
  )
  const signature = der(3, Buffer.from([0]), sign('sha256', body, wish.signer.privateKey))
  const base64 = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64')
  const lines = base64.replace(/(.{64})/g, '$1\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

export class Authority {
  readonly #keys = makeKeys()
  readonly #name: string
  readonly #pem: string
  #serial = 1

  constructor(name: string) {
    this.#name = name
    const [keys, signer] = [this.#keys, this.#keys]
    this.#pem = certificate({
      subject: name,
      issuer: name,
      keys,
      signer,
      serial: 1,
      isAuthority: true,
    })
  }

  /** Files of a node. Without DNS names only its common name speaks for it. */
  issue(subject: string, names?: readonly string[]): TlsFiles {
    const [keys, signer] = [makeKeys(), this.#keys]
    const serial = ++this.#serial
    const cert = certificate({ subject, issuer: this.#name, keys, signer, serial, names })
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
    return { ca: Buffer.from(this.#pem), cert: Buffer.from(cert), key: Buffer.from(key) }
  }
}
