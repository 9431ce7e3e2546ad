/**
 * Who may import whom: the table of ARCHITECTURE.md as data. What is not written is forbidden, for
 * types as for values; `types` lists what may be imported for its types alone. Tests may import
 * anything; nothing imports tests.
 */

import type { Finding } from './finding.ts'
import { type Import, isTest, type Source } from './source.ts'

interface Layer {
  /** Layers, or folders inside of one: then only these. */
  readonly values: readonly string[]
  readonly types?: readonly string[]
  /** Libraries, by name; `node:` is for world.ts. */
  readonly libraries?: readonly string[]
}

/** Everything that decides, and what it stands on. */
const core = [
  'src/base',
  'src/raft',
  'src/engine',
  'src/journal',
  'src/group',
  'src/sql',
  'src/job',
  'src/checkpoint',
  'src/olap',
  'src/meta',
]
const everything = [
  ...core,
  'src/io',
  'src/connectors',
  'src/trial',
  'src/node',
  'src/work',
  'src/api',
  'src/cli',
]

/** In the order of the architecture: below first. A folder imports from itself freely. */
const layers: Readonly<Record<string, Layer>> = {
  'src/base': { values: [] },
  'src/raft': { values: ['src/base'] },
  'src/engine': { values: ['src/base'] },
  'src/journal': { values: ['src/base'] },
  // A group of a job: what Raft replicates, the engine computes and the journal lets out.
  'src/group': { values: ['src/base', 'src/raft', 'src/engine', 'src/journal'] },
  'src/sql': { values: ['src/base', 'src/engine'], libraries: ['re2js'] },
  'src/job': {
    values: ['src/base', 'src/engine', 'src/sql'],
    libraries: ['toml-eslint-parser', 'yaml'],
  },
  'src/checkpoint': { values: ['src/base'], types: ['src/engine'] },
  'src/olap': { values: ['src/base', 'src/engine'] },
  // The wish of the whole cluster: nodes, jobs, and where their groups are.
  'src/meta': { values: ['src/base'], types: ['src/raft'] },
  'src/io': {
    values: ['src/base'],
    types: core,
    libraries: ['@grpc/grpc-js', '@grpc/proto-loader', 'level'],
  },
  // Formats make columns, and columns stand under schemas: neither computes anything.
  'src/connectors/formats': {
    values: ['src/base', 'src/engine/schema', 'src/engine/columns'],
    libraries: ['smol-toml', 'yaml'],
  },
  // The StreamLog door on Kafka; the library speaks the protocol.
  'src/connectors/kafka': { values: ['src/base'], libraries: ['kafkajs'] },
  // The StreamLog door on a log of our own, in this process or behind gRPC.
  'src/connectors/log': {
    values: ['src/base', 'src/io'],
    libraries: ['@grpc/grpc-js', '@grpc/proto-loader'],
  },
  // The StreamLog door on a blob store: the embedded log's state over objects.
  'src/connectors/blobs': { values: ['src/base', 'src/connectors/log'] },
  'src/connectors': { values: ['src/base', 'src/connectors/formats'], types: core },
  // A plan that runs here and now, for tests of jobs: formats are those of the connectors.
  'src/trial': { values: ['src/base', 'src/engine', 'src/job', 'src/connectors/formats'] },
  'src/node': { values: [...core, 'src/io', 'src/connectors'] },
  // Jobs at work on a node: what their texts mean, in groups, logs and topics.
  'src/work': { values: [...core, 'src/io', 'src/connectors', 'src/node'] },
  'src/api': {
    values: ['src/base', 'src/node'],
    types: ['src/raft'],
    libraries: ['express', 'prom-client'],
  },
  // The command puts together what `weir node` runs: until groups run jobs, the tests' machine.
  'src/cli': {
    values: [
      'src/base',
      'src/job',
      'src/trial',
      'src/io',
      'src/connectors/log',
      'src/connectors/kafka',
      'src/node',
      'src/work',
      'src/api',
      'chaos/kv',
    ],
    libraries: ['commander', 'yaml'],
  },
  // Suites that every body of a door must pass, for tests to call.
  'chaos/sim/contract': { values: ['src/base'], libraries: ['vitest'] },
  // Senders of an exchange, and groups that take what they send.
  'chaos/exchange': { values: ['src/base', 'src/engine'] },
  // A simulated reader of committed records takes out what was aborted as the product does.
  'chaos/sim': {
    values: [
      ...core,
      'chaos/engine',
      'chaos/exchange',
      'chaos/oracle',
      'src/connectors/kafka/batch',
    ],
    libraries: ['esbuild'],
  },
  // The machine that `weir node` runs so far, and its service.
  'chaos/kv': {
    values: ['src/base', 'src/raft', 'src/io', 'src/node'],
    libraries: ['@grpc/grpc-js', '@grpc/proto-loader'],
  },
  // The publishing machine of the simulator on real nodes, over real brokers.
  'chaos/publish': {
    values: [
      'src/base',
      'src/raft',
      'src/journal',
      'src/io',
      'src/connectors/kafka',
      'src/node',
      'src/api',
      'src/cli',
      'chaos/kv',
      'chaos/sim/publish',
    ],
    libraries: ['@grpc/grpc-js', '@grpc/proto-loader'],
  },
  'chaos/oracle': { values: [] },
  // Random plans and inputs: the oracle, DuckDB and the engine see the same. What job files may
  // take for a key is asked too.
  'chaos/engine': {
    values: ['src/base', 'src/engine', 'src/group', 'src/sql', 'src/job', 'chaos/oracle'],
    libraries: ['@duckdb/node-api'],
  },
  'chaos/live': {
    values: [...everything, 'chaos/kv', 'chaos/publish', 'chaos/oracle', 'chaos/sim', 'scripts'],
    libraries: ['toxiproxy-node-client'],
  },
  bench: { values: [...everything, 'chaos/kv', 'chaos/live', 'scripts'] },
  scripts: { values: [], libraries: ['assemblyscript', 'esbuild'] },
  // Compiled by scripts/wasm, into modules of src that hold the bytes.
  wasm: { values: [] },
  tidy: { values: [], libraries: ['oxc-parser'] },
}

function layerOf(path: string): string | undefined {
  return Object.keys(layers).find(layer => path.startsWith(`${layer}/`))
}

/** `src/raft/log.ts` + `../base/errors.ts` -> `src/base/errors.ts`. */
export function resolved(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function libraryTrouble(layer: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined
  const library = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  if (layers[layer]?.libraries?.includes(library)) return undefined
  return `${layer} does not name the library ${library}`
}

function trouble(path: string, layer: string, { specifier, kind }: Import): string | undefined {
  if (!specifier.startsWith('.')) return libraryTrouble(layer, specifier)
  const target = resolved(path, specifier)
  if (isTest(target)) return `${target} is a test; what ships does not stand on it`
  const other = layerOf(target)
  if (other === layer) return undefined
  if (other === undefined) return `${target} belongs to no layer`
  const { values, types = [] } = layers[layer] ?? { values: [] }
  const isOf = (folder: string) => target.startsWith(`${folder}/`)
  if (values.some(isOf)) return undefined
  if (!types.some(isOf)) return `${layer} does not import ${other}`
  return kind === 'type' ? undefined : `${layer} imports ${other} for its types alone`
}

export function layering({ path, imports }: Source): readonly Finding[] {
  if (isTest(path) || !path.includes('/')) return []
  const layer = layerOf(path)
  if (layer === undefined) {
    return [{ path, line: 1, rule: 'layer', message: 'a folder without a row in tidy/layers.ts' }]
  }
  return imports.flatMap(one => {
    const message = trouble(path, layer, one)
    return message === undefined ? [] : [{ path, line: one.line, rule: 'layer', message }]
  })
}
