/**
 * The settings of brokers, as the lines of server.properties. Brokers are controllers too (KRaft);
 * what differs from Kafka's defaults is said here, with the reason.
 */

/** One broker's ports, all of loopback. */
export interface BrokerPorts {
  /** Tests and clients call here, and brokers each other. */
  readonly client: number
  readonly controller: number
  /**
   * Clients that call here are told to call `proxied` from then on: whoever wants to stand between
   * a client and its brokers listens there, and passes on to this one.
   */
  readonly behindProxy: number
  readonly proxied: number
  /** Who calls here gives a name and a password (SASL PLAIN), and may do nothing. */
  readonly guarded: number
}

export const PORTS_PER_BROKER = 5
/** The only one who gets in by the guarded port; nobody has granted anything to this user. */
export const GUEST = { username: 'guest', password: 'guest-secret' }
/** Groups of transactions, offsets: as many partitions as there are, less to do at start. */
const INTERNAL_PARTITIONS = 4

/** The brokers are numbered from 1, in this order. */
export function brokersOf(ports: readonly number[]): readonly BrokerPorts[] {
  const brokers: BrokerPorts[] = []
  for (let at = 0; at + PORTS_PER_BROKER <= ports.length; at += PORTS_PER_BROKER) {
    const [client = 0, controller = 0, behindProxy = 0, proxied = 0, guarded = 0] = ports.slice(at)
    brokers.push({ client, controller, behindProxy, proxied, guarded })
  }
  return brokers
}

const local = (port: number) => `127.0.0.1:${port}`

function places(brokers: readonly BrokerPorts[], number: number, data: string) {
  const own = brokers[number - 1]
  if (own === undefined) throw new Error(`there is no broker ${number} of ${brokers.length}`)
  const { client, controller, behindProxy, proxied, guarded } = own
  return {
    'process.roles': 'broker,controller',
    'node.id': number,
    'log.dirs': data,
    'controller.quorum.voters': brokers
      .map((one, at) => `${at + 1}@${local(one.controller)}`)
      .join(','),
    listeners: [
      `CLIENT://${local(client)}`,
      `CONTROLLER://${local(controller)}`,
      `PROXY://${local(behindProxy)}`,
      `GUARDED://${local(guarded)}`,
    ].join(','),
    'advertised.listeners': [
      `CLIENT://${local(client)}`,
      `PROXY://${local(proxied)}`,
      `GUARDED://${local(guarded)}`,
    ].join(','),
    'listener.security.protocol.map':
      'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXY:PLAINTEXT,GUARDED:SASL_PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
  }
}

/** As many copies as there are brokers, and all but one of them before anything is acknowledged. */
function copies(brokers: number) {
  const least = Math.max(1, brokers - 1)
  return {
    'default.replication.factor': brokers,
    'min.insync.replicas': least,
    'offsets.topic.replication.factor': brokers,
    'offsets.topic.num.partitions': INTERNAL_PARTITIONS,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': least,
    'transaction.state.log.num.partitions': INTERNAL_PARTITIONS,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': least,
    'share.coordinator.state.topic.num.partitions': INTERNAL_PARTITIONS,
  }
}

const LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule'

/** Whoever calls by another port has no name, and may do everything. */
const rights = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
  'listener.name.guarded.sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.guarded.plain.sasl.jaas.config': [
    `${LOGIN} required`,
    `user_${GUEST.username}="${GUEST.password}";`,
  ].join(' '),
}

const rest = {
  // A topic that nobody made is a mistake that must be seen.
  'auto.create.topics.enable': false,
  'group.initial.rebalance.delay.ms': 0,
  // The least that the cleaner's one thread takes; the default is half of our heap.
  'log.cleaner.dedupe.buffer.size': 2 * 1024 * 1024,
  // How soon a dead broker's partitions go to others; 9000 makes drills wait.
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  // Leaders move when a test moves them, never by themselves.
  'auto.leader.rebalance.enable': false,
  // How soon a transaction is ended that is too old; 10000 makes tests wait.
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
}

export function propertiesOf(
  brokers: readonly BrokerPorts[],
  number: number,
  data: string,
): string {
  const all = { ...places(brokers, number, data), ...copies(brokers.length), ...rights, ...rest }
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
