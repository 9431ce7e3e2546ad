/** The settings of a topic, by Kafka's names: those that a log can keep which makes no copies. */

interface Setting {
  readonly usual: string
  readonly fits: (value: string) => boolean
  /** What it may be, for people. */
  readonly may: string
}

export type Settings = Readonly<Record<string, string>>

/** Larger records would not fit into messages. */
const RECORD_BYTES_MAX = 16 * 1024 * 1024

const only = (usual: string): Setting => {
  return { usual, fits: value => value === usual, may: `be ${usual} and nothing else` }
}

const numeric = (usual: string, least: number, most: number): Setting => ({
  usual,
  fits: value => /^-?\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most,
  may: `be a whole number from ${least} to ${most}`,
})

const known: Readonly<Record<string, Setting>> = {
  'cleanup.policy': only('delete'),
  'compression.type': only('producer'),
  'max.message.bytes': numeric('1048588', 0, RECORD_BYTES_MAX),
  'message.timestamp.type': only('CreateTime'),
  'min.insync.replicas': only('1'),
  'retention.bytes': numeric('-1', -1, Number.MAX_SAFE_INTEGER),
  'retention.ms': numeric('604800000', -1, Number.MAX_SAFE_INTEGER),
  'unclean.leader.election.enable': only('false'),
}

/** What is wrong with them, in words; undefined: nothing. */
export function settingsTrouble(wanted: Settings): string | undefined {
  for (const [name, value] of Object.entries(wanted)) {
    const setting = Object.hasOwn(known, name) ? known[name] : undefined
    if (setting === undefined) return `this log has no setting ${name}; leave it out`
    if (!setting.fits(value)) return `${name} is ${value}, and can only ${setting.may}`
  }
  return undefined
}

/** All that are in force. */
export function inForce(wanted: Settings): Settings {
  const usual = Object.entries(known).map(([name, setting]) => [name, setting.usual])
  return { ...Object.fromEntries(usual), ...wanted }
}
