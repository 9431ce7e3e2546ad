/** The flags of `weir log`, checked: values in, settings or a sentence out. Pure. */

import { type Command, Option } from 'commander'
import { type LogLevel, logLevels } from '../base/log.ts'
import { isLoopback, parseAddress } from '../node/address.ts'

/** As they were said, by flag or environment. */
export interface SaidLog {
  readonly listen?: string
  readonly data?: string
  readonly insecure?: boolean
  readonly logLevel?: string
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
}

export interface LogSettings {
  readonly listen: string
  readonly data: string
  readonly logLevel: LogLevel
  /** Paths of files. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined
}

export type LogSettingsAnswer =
  | { readonly settings: LogSettings; readonly trouble?: never }
  | { readonly settings?: never; readonly trouble: string }

const DEFAULT_LISTEN = '127.0.0.1:7270'

/** Each flag with a value has a variable of its name: --log-level is WEIR_LOG_LEVEL. */
const flags: readonly (readonly [flag: string, variable: string, description: string])[] = [
  ['--listen <host:port>', 'WEIR_LISTEN', `where it is reached (default: ${DEFAULT_LISTEN})`],
  ['--data <folder>', 'WEIR_DATA', 'the data folder, of this log alone'],
  ['--log-level <level>', 'WEIR_LOG_LEVEL', 'debug, info, warn or error (default: info)'],
  ['--tls-ca <file>', 'WEIR_TLS_CA', 'certificates of those who sign clients, PEM'],
  ['--tls-cert <file>', 'WEIR_TLS_CERT', 'the certificate of this log, PEM'],
  ['--tls-key <file>', 'WEIR_TLS_KEY', 'the key of that certificate, PEM'],
]

export function addLogOptions(command: Command): Command {
  for (const [flag, variable, description] of flags) {
    command.addOption(new Option(flag, description).env(variable))
  }
  const insecure = 'listen beyond this machine though nobody proves who he is'
  return command.addOption(new Option('--insecure', insecure))
}

export function judgeLogSettings(said: SaidLog): LogSettingsAnswer {
  const { listen = DEFAULT_LISTEN, data = '', logLevel = 'info' } = said
  const { tlsCa: ca, tlsCert: cert, tlsKey: key } = said
  const level = logLevels.find(one => one === logLevel)
  const files = [ca, cert, key].filter(one => one !== undefined).length
  if (data === '') return { trouble: 'say --data: the folder of this log alone' }
  if (level === undefined) return { trouble: `--log-level is one of ${logLevels.join(', ')}` }
  if (files > 0 && files < 3) {
    return { trouble: 'TLS takes three files: --tls-ca, --tls-cert and --tls-key' }
  }
  const place = parseAddress(listen)
  if (place === undefined) return { trouble: `--listen ${listen}: it is to be HOST:PORT` }
  if (!isLoopback(place.host) && files === 0 && said.insecure !== true) {
    const advice = 'say --tls-ca, --tls-cert and --tls-key, or --insecure'
    const trouble = `--listen ${listen} is reached from other machines: ${advice}`
    return { trouble: `${trouble} where the network is trusted` }
  }
  const isSecure = ca !== undefined && cert !== undefined && key !== undefined
  const tls = isSecure ? { ca, cert, key } : undefined
  return { settings: { listen, data, logLevel: level, tls } }
}
