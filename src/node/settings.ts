/** What a node is told when it starts, checked: values in, settings or a sentence out. Pure. */

import { type NodeId, nodeId } from '../base/ids.ts'
import { type LogLevel, logLevels } from '../base/log.ts'
import { type Address, isLoopback, isWildcard, parseAddress, showAddress } from './address.ts'
import { isNodeId } from './names.ts'

/** As it was said, by flag, environment or file. */
export interface SaidSettings {
  readonly id?: string | undefined
  readonly listen?: string | undefined
  readonly advertise?: string | undefined
  readonly http?: string | undefined
  readonly join?: readonly string[] | undefined
  readonly data?: string | undefined
  readonly bootstrap?: boolean | undefined
  readonly groups?: number | undefined
  readonly zone?: string | undefined
  readonly log?: string | undefined
  readonly insecure?: boolean | undefined
  readonly logLevel?: string | undefined
  readonly tlsCa?: string | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly dial?: Readonly<Record<string, string>> | undefined
}

export interface NodeSettings {
  readonly node: NodeId
  readonly listen: Address
  /** Without it: where it listens. */
  readonly advertise: Address | undefined
  readonly http: Address
  readonly join: readonly string[]
  readonly data: string
  readonly founds: boolean
  /** How many groups are founded. */
  readonly groups: number
  /** The rack or datacenter: replicas of a group are spread over zones. Empty: nobody said. */
  readonly zone: string
  /** The embedded log of jobs that name none; undefined: there is none. */
  readonly log: string | undefined
  readonly logLevel: LogLevel
  /** Paths of files. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined
  readonly dial: ReadonlyMap<NodeId, string>
}

export type SettingsAnswer =
  | { readonly settings: NodeSettings; readonly trouble?: never }
  | { readonly trouble: string }

const DEFAULT_LISTEN = '127.0.0.1:7170'
const DEFAULT_HTTP = '127.0.0.1:7070'
/** Groups in one process are hundreds; beyond it nothing was measured. */
const GROUPS_MAX = 4096

export function judgeSettings(said: SaidSettings): SettingsAnswer {
  const trouble = troubleOf(said)
  if (trouble !== undefined) return { trouble }
  const { tlsCa: ca, tlsCert: cert, tlsKey: key } = said
  const isSecure = ca !== undefined && cert !== undefined && key !== undefined
  const listen = parseAddress(said.listen ?? DEFAULT_LISTEN) as Address
  const http = parseAddress(said.http ?? DEFAULT_HTTP) as Address
  const advertise = said.advertise === undefined ? undefined : parseAddress(said.advertise)
  return {
    settings: {
      node: nodeId(said.id as string),
      ...{ listen, advertise, http },
      join: said.join ?? [],
      data: said.data as string,
      founds: said.bootstrap ?? false,
      groups: said.groups ?? 1,
      zone: said.zone ?? '',
      log: said.log,
      logLevel: (said.logLevel ?? 'info') as LogLevel,
      tls: isSecure ? { ca, cert, key } : undefined,
      dial: new Map(Object.entries(said.dial ?? {}).map(([id, to]) => [nodeId(id), to])),
    },
  }
}

function troubleOf(said: SaidSettings): string | undefined {
  return nameTrouble(said) ?? addressTrouble(said) ?? tlsTrouble(said) ?? openTrouble(said)
}

function nameTrouble({ id, data, groups, zone, logLevel, bootstrap, join }: SaidSettings) {
  if (id === undefined) return 'say --id: the name of this node, like n1'
  if (!isNodeId(id)) {
    return `--id ${id}: letters, digits, dots and dashes, at most 63, as in a DNS name`
  }
  if (data === undefined || data === '') return 'say --data: the folder of this node alone'
  if (groups !== undefined && !(Number.isSafeInteger(groups) && groups > 0 && groups <= GROUPS_MAX))
    return `--groups is a whole number from 1 to ${GROUPS_MAX}`
  if (zone !== undefined && zone !== '' && !isNodeId(zone)) {
    return `--zone ${zone}: letters, digits, dots and dashes, at most 63`
  }
  if (logLevel !== undefined && !logLevels.some(level => level === logLevel)) {
    return `--log-level is one of ${logLevels.join(', ')}`
  }
  if (bootstrap !== true && (join ?? []).length === 0) {
    return 'say --join: nodes of the cluster; or --bootstrap to found one'
  }
  return undefined
}

function addressTrouble({ listen, advertise, http, log, join = [], dial = {} }: SaidSettings) {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['--listen', listen],
    ['--advertise', advertise],
    ['--http', http],
    ['--log', log],
    ...join.map(one => ['--join', one] as const),
    ...Object.entries(dial).map(([id, to]) => [`dial ${id}`, to] as const),
  ]
  const wrong = named.find(([, text]) => text !== undefined && parseAddress(text) === undefined)
  if (wrong !== undefined) return `${wrong[0]} ${wrong[1]}: it is to be HOST:PORT`
  const spoken = parseAddress(advertise ?? listen ?? DEFAULT_LISTEN)
  if (spoken !== undefined && isWildcard(spoken.host)) {
    return 'say --advertise HOST:PORT: others cannot dial all addresses of this machine'
  }
  return undefined
}

function tlsTrouble({ tlsCa, tlsCert, tlsKey }: SaidSettings): string | undefined {
  const said = [tlsCa, tlsCert, tlsKey].filter(one => one !== undefined).length
  if (said === 0 || said === 3) return undefined
  return 'TLS takes three files: --tls-ca, --tls-cert and --tls-key'
}

/** Beyond this machine nobody is trusted who has not proved who he is. */
function openTrouble({ listen, http, insecure, tlsCa }: SaidSettings): string | undefined {
  if (insecure === true) return undefined
  const isOpen = (text: string) => !isLoopback(parseAddress(text)?.host ?? '')
  if (isOpen(listen ?? DEFAULT_LISTEN) && tlsCa === undefined) {
    return `--listen ${listen} is reached from other machines: say --tls-ca, --tls-cert and
 --tls-key, or --insecure where the network is trusted`.replace('\n', '')
  }
  if (isOpen(http ?? DEFAULT_HTTP)) {
    return `--http ${http} is reached from other machines, and this version asks nobody there who
 he is: say --insecure where the network is trusted`.replace('\n', '')
  }
  return undefined
}

/** What others are to dial; the ports are those that were bound. */
export function advertised(settings: NodeSettings, ports: { listen: number; http: number }) {
  const { listen, advertise, http } = settings
  const address = advertise ?? { host: listen.host, port: ports.listen }
  const host = isWildcard(http.host) ? address.host : http.host
  return { address: showAddress(address), http: showAddress({ host, port: ports.http }) }
}
