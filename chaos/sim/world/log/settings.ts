/** The settings of simulated topics: those of Kafka that a job looks at or that matter here. */

interface Setting {
  readonly usual: string
  readonly fits: RegExp
}

const NUMBER = /^(-1|\d{1,15})$/
const TRUTH = /^(true|false)$/

const known: Readonly<Record<string, Setting>> = {
  'cleanup.policy': { usual: 'delete', fits: /^(delete|compact|compact,delete|delete,compact)$/ },
  'compression.type': { usual: 'producer', fits: /^[a-z0-9]+$/ },
  'max.message.bytes': { usual: '1048588', fits: /^\d{1,10}$/ },
  'message.timestamp.type': { usual: 'CreateTime', fits: /^(CreateTime|LogAppendTime)$/ },
  'min.insync.replicas': { usual: '1', fits: /^[1-9]\d?$/ },
  'retention.bytes': { usual: '-1', fits: NUMBER },
  'retention.ms': { usual: '604800000', fits: NUMBER },
  'segment.bytes': { usual: '1073741824', fits: /^\d{2,10}$/ },
  'unclean.leader.election.enable': { usual: 'false', fits: TRUTH },
}

export type Settings = Readonly<Record<string, string>>

/** All that are in force; undefined if one is unknown or makes no sense. */
export function inForce(wanted: Settings): Settings | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    if (!(Object.hasOwn(known, name) && known[name]?.fits.test(value))) return undefined
  }
  const usual = Object.entries(known).map(([name, setting]) => [name, setting.usual])
  return { ...Object.fromEntries(usual), ...wanted }
}
