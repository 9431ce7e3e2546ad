/**
 * The kernel that reads records of a known shape (wasm/json-scan.ts), ready to be called, and the
 * memory that it works in. That is scratch, one for the process: whoever asks for it fills it,
 * calls and reads, and owes nothing to whoever is next. It does not grow, since memory that is
 * taken away from views slows all views of the process down: more of it is another memory.
 */

import { invariant } from '../../../base/errors.ts'
import { base64In } from '../convert/base64.ts'
import { KERNEL_BASE64 } from './kernel-bytes.ts'

const PAGE_BYTES = 65_536
/** Enough for a thousand usual records. */
const PAGES_FIRST = 16

/** Of the program at an address: marks its rows, of those without a mark; how many they are. */
type Scan = (program: number, slots: number, mark: number, rows: number) => number

interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly scan: Scan } }
  validate(bytes: Uint8Array): boolean
}

/** Our own words for the few of its parts that are used: Node's types of 20 have none. */
declare const WebAssembly: WebAssemblyHost | undefined

export interface Kernel {
  readonly scan: Scan
  /** All of its memory. */
  readonly bytes: Uint8Array
  readonly ints: Int32Array
  readonly floats: Float64Array
}

let compiled: object | undefined
let kernel: Kernel | undefined

/** With so much memory at least. Undefined: this process has no WebAssembly, or an older one. */
export function kernelOf(sizeBytes: number): Kernel | undefined {
  if (kernel === undefined || kernel.bytes.length < sizeBytes) kernel = instanceOf(sizeBytes)
  return kernel
}

function instanceOf(sizeBytes: number): Kernel | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const text = Uint8Array.from(KERNEL_BASE64, sign => sign.charCodeAt(0))
  const code = base64In(text, 0, text.length)
  invariant(code !== undefined, 'the-kernel-is-base64')
  if (!WebAssembly.validate(code)) return undefined
  compiled ??= new WebAssembly.Module(code)
  let pages = PAGES_FIRST
  while (pages * PAGE_BYTES < sizeBytes) pages *= 2
  const memory = new WebAssembly.Memory({ initial: pages })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  const { buffer } = memory
  return {
    scan: exports.scan,
    bytes: new Uint8Array(buffer),
    ints: new Int32Array(buffer),
    floats: new Float64Array(buffer),
  }
}
