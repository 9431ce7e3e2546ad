/**
 * Kernels in AssemblyScript, and the modules in which they lie as text, so that whoever uses Weir
 * compiles nothing: `npm run wasm` writes those modules anew.
 */

import { readFileSync } from 'node:fs'
import { compileString } from 'assemblyscript/asc'

export interface KernelFile {
  readonly source: string
  readonly module: string
}

export const kernels: readonly KernelFile[] = [
  { source: 'wasm/json-scan.ts', module: 'src/connectors/formats/json/kernel-bytes.ts' },
]

const LINE_CHARACTERS = 92

/** The module's text as it should be. */
export async function moduleOf({ source }: KernelFile): Promise<string> {
  const options = {
    optimizeLevel: 3,
    shrinkLevel: 0,
    converge: true,
    runtime: 'stub',
    importMemory: true,
    enable: ['simd'],
  }
  const { error, binary, stderr } = await compileString(readFileSync(source, 'utf8'), options)
  if (error !== null || binary === null) throw new Error(`${source}: ${stderr.toString()}`)
  const text = Buffer.from(binary).toString('base64')
  const lines = text.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? []
  return [
    `/** ${source}, compiled: \`npm run wasm\` writes this file. */`,
    '',
    'export const KERNEL_BASE64 = [',
    ...lines.map(line => `  '${line}',`),
    "].join('')",
    '',
  ].join('\n')
}
