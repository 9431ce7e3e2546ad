/** What the key-value machine is told by an entry, and the bytes of it. Reads are no entries. */

import { ByteReader, ByteWriter, MALFORMED_BYTES, utf8Of } from '../../src/base/bytes.ts'
import { WeirError } from '../../src/base/errors.ts'

export type KvCommand =
  | { readonly kind: 'write'; readonly key: string; readonly value: Uint8Array }
  /** The bytes go behind those that are there. */
  | { readonly kind: 'append'; readonly key: string; readonly value: Uint8Array }
  /** Without `expected`: only if the key is not there. */
  | {
      readonly kind: 'cas'
      readonly key: string
      readonly expected?: Uint8Array
      readonly value: Uint8Array
    }

export interface KvResult {
  /** false: the cas found another value, or the append would have grown beyond the bound. */
  readonly isDone: boolean
  /** What the key holds, told by what was not done. */
  readonly found?: Uint8Array
}

export const KEY_BYTES_MAX = 4 * 1024
export const VALUE_BYTES_MAX = 1024 * 1024

const kinds: readonly KvCommand['kind'][] = ['write', 'append', 'cas']

/** Why a command is not put into the log; undefined: it may. */
export function commandTrouble({ key, value }: KvCommand): string | undefined {
  if (isLong(key)) return `a key has at most ${KEY_BYTES_MAX} bytes`
  if (value.length > VALUE_BYTES_MAX) return `a value has at most ${VALUE_BYTES_MAX} bytes`
  return undefined
}

function writeCommand(out: ByteWriter, command: KvCommand): void {
  out.uint8(kinds.indexOf(command.kind)).text(command.key).bytes(command.value)
  if (command.kind !== 'cas') return
  out.uint8(command.expected === undefined ? 0 : 1)
  if (command.expected !== undefined) out.bytes(command.expected)
}

/** A character takes at most three bytes for each of its units. */
function isLong(key: string): boolean {
  return 3 * key.length > KEY_BYTES_MAX && utf8Of(key).length > KEY_BYTES_MAX
}

const out = new ByteWriter()

export function encodeCommand(command: KvCommand): Uint8Array {
  writeCommand(out, command)
  return out.finish()
}

export function decodeCommand(bytes: Uint8Array): KvCommand {
  const input = new ByteReader(bytes)
  const kind = kinds[input.uint8()]
  const key = input.text()
  const value = input.bytes()
  if (kind === undefined) throw malformed('unknown command')
  const expected = kind === 'cas' ? readExpected(input) : undefined
  input.done()
  return { kind, key, value, ...(expected === undefined ? {} : { expected }) }
}

function readExpected(input: ByteReader): Uint8Array | undefined {
  const flag = input.uint8()
  if (flag > 1) throw malformed('a flag is neither 0 nor 1')
  return flag === 1 ? input.bytes() : undefined
}

const malformed = (what: string) =>
  new WeirError(MALFORMED_BYTES, `${what}; was it written by another version?`)
