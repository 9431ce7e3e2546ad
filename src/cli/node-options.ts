/** The flags of `weir node`, and who wins where flag, environment and file disagree. Pure. */

import { type Command, Option } from 'commander'
import type { SaidSettings } from '../node/settings.ts'
import type { FileValues } from './config-file.ts'
import { splitList } from './config-file.ts'

type Said = Record<string, unknown>

/** Each flag has a variable of its name: --log-level is WEIR_LOG_LEVEL. */
const flags: readonly (readonly [flag: string, description: string])[] = [
  ['--id <name>', 'the name of this node, its own for ever'],
  ['--listen <host:port>', 'where other nodes reach it (default: 127.0.0.1:7170)'],
  ['--advertise <host:port>', 'what others dial, if it is not what it listens on'],
  ['--http <host:port>', 'where its HTTP interface is (default: 127.0.0.1:7070)'],
  ['--join <host:port,..>', 'other nodes of the cluster, as they listen'],
  ['--data <folder>', 'the data folder, of this node alone'],
  ['--bootstrap', 'found the cluster, if none of the nodes of --join belongs to one'],
  ['--groups <count>', 'how many groups a founder makes (default: 1)'],
  ['--zone <name>', 'the rack or datacenter: replicas are spread over zones'],
  ['--log <host:port>', 'the embedded log, for jobs that name none'],
  ['--insecure', 'listen beyond this machine though nobody proves who he is'],
  ['--log-level <level>', 'debug, info, warn or error (default: info)'],
  ['--tls-ca <file>', 'certificates of those who sign nodes, PEM'],
  ['--tls-cert <file>', 'the certificate of this node, PEM; its DNS name is the id'],
  ['--tls-key <file>', 'the key of that certificate, PEM'],
]

export function addNodeOptions(command: Command): Command {
  for (const [flag, description] of flags) {
    const option = new Option(flag, description)
    // A variable that says no is no flag, which the parser would not know: see `saidBy`.
    if (!option.isBoolean()) option.env(variableOf(option.long ?? ''))
    command.addOption(option)
  }
  const file = new Option('--config <file>', 'the same names in YAML, and dial: {NODE: HOST:PORT}')
  return command.addOption(file.env('WEIR_CONFIG'))
}

const variableOf = (long: string) =>
  `WEIR_${long.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`

type Environment = Readonly<Record<string, string | undefined>>

/** Flag before environment before file; what nobody says has its default in the settings. */
export function saidBy(
  options: Readonly<Said>,
  environment: Environment,
  file: FileValues,
): SaidSettings {
  const { config: _, join, groups, ...rest } = options
  const known: Said = { ...rest }
  if (typeof join === 'string') known['join'] = splitList(join)
  if (groups !== undefined) known['groups'] = Number(groups)
  for (const name of ['bootstrap', 'insecure']) {
    const said = environment[variableOf(name)]
    if (known[name] === undefined && said !== undefined && said !== '') {
      known[name] = !['0', 'false', 'no'].includes(said)
    }
  }
  return { ...file, ...known }
}
