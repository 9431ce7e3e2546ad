/**
 * What a broker's error codes mean to whoever stands behind the StreamLog door: all that Kafka 4.3
 * has, by number. The advice is a part of a sentence that says what was asked.
 */

import type { LogErrorCode } from '../../base/stream-log.ts'

/**
 * Who has to be asked instead, or again: `leader`: our knowledge of who leads is old, nothing was
 * done; `coordinator`: the same of transactions; `soon`: nothing was done, it passes by itself.
 */
export type Stale = 'leader' | 'coordinator' | 'soon'

export interface Meaning {
  readonly name: string
  readonly code: LogErrorCode
  readonly advice: string
  readonly stale?: Stale | undefined
}

type Row = readonly [number, string, Stale?]

const rows: readonly {
  readonly code: LogErrorCode
  readonly advice: string
  readonly rows: readonly Row[]
}[] = [
  {
    code: 'no-such-topic',
    advice: 'the topic or partition is not there: create it, or correct its name',
    rows: [
      [3, 'UNKNOWN_TOPIC_OR_PARTITION'],
      [100, 'UNKNOWN_TOPIC_ID'],
      [103, 'INCONSISTENT_TOPIC_ID'],
    ],
  },
  {
    code: 'topic-exists',
    advice: 'a topic of this name is there already: use it, or take another name',
    rows: [[36, 'TOPIC_ALREADY_EXISTS']],
  },
  {
    code: 'offset-out-of-range',
    advice: 'the offset lies before what is retained or behind the end: ask for start and end',
    rows: [
      [1, 'OFFSET_OUT_OF_RANGE'],
      [99, 'POSITION_OUT_OF_RANGE'],
    ],
  },
  {
    code: 'record-too-large',
    advice: 'the broker takes no record that large: raise max.message.bytes of the topic',
    rows: [
      [10, 'MESSAGE_TOO_LARGE'],
      [18, 'RECORD_LIST_TOO_LARGE'],
    ],
  },
  {
    code: 'not-authorized',
    advice: 'the broker denies it to this user: grant it by an ACL, or give other credentials',
    rows: [
      [29, 'TOPIC_AUTHORIZATION_FAILED'],
      [30, 'GROUP_AUTHORIZATION_FAILED'],
      [31, 'CLUSTER_AUTHORIZATION_FAILED'],
      [33, 'UNSUPPORTED_SASL_MECHANISM'],
      [34, 'ILLEGAL_SASL_STATE'],
      [53, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'],
      [54, 'SECURITY_DISABLED'],
      [58, 'SASL_AUTHENTICATION_FAILED'],
      [61, 'DELEGATION_TOKEN_AUTH_DISABLED'],
      [62, 'DELEGATION_TOKEN_NOT_FOUND'],
      [63, 'DELEGATION_TOKEN_OWNER_MISMATCH'],
      [64, 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'],
      [65, 'DELEGATION_TOKEN_AUTHORIZATION_FAILED'],
      [66, 'DELEGATION_TOKEN_EXPIRED'],
      [67, 'INVALID_PRINCIPAL_TYPE'],
      [93, 'UNACCEPTABLE_CREDENTIAL'],
      [97, 'PRINCIPAL_DESERIALIZATION_FAILURE'],
    ],
  },
  {
    code: 'bad-settings',
    advice: 'the broker does not take these settings: correct them, or those of the broker',
    rows: [
      [4, 'INVALID_FETCH_SIZE'],
      [17, 'INVALID_TOPIC_EXCEPTION'],
      [21, 'INVALID_REQUIRED_ACKS'],
      [32, 'INVALID_TIMESTAMP'],
      [37, 'INVALID_PARTITIONS'],
      [38, 'INVALID_REPLICATION_FACTOR'],
      [39, 'INVALID_REPLICA_ASSIGNMENT'],
      [40, 'INVALID_CONFIG'],
      [44, 'POLICY_VIOLATION'],
      [50, 'INVALID_TRANSACTION_TIMEOUT'],
      [73, 'TOPIC_DELETION_DISABLED'],
      [87, 'INVALID_RECORD'],
    ],
  },
  {
    code: 'other-cluster',
    advice: 'another cluster stands where ours was: correct the address',
    rows: [[104, 'INCONSISTENT_CLUSTER_ID']],
  },
  {
    code: 'unsupported',
    advice: 'the broker does not speak what is asked of it: take Kafka 2.3 or newer',
    rows: [
      [35, 'UNSUPPORTED_VERSION'],
      [42, 'INVALID_REQUEST'],
      [43, 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
      [76, 'UNSUPPORTED_COMPRESSION_TYPE'],
      [109, 'OFFSET_MOVED_TO_TIERED_STORAGE'],
      [114, 'MISMATCHED_ENDPOINT_TYPE'],
      [115, 'UNSUPPORTED_ENDPOINT_TYPE'],
    ],
  },
  {
    code: 'busy',
    advice: 'an earlier transaction of this id is being finished: ask again soon',
    rows: [[51, 'CONCURRENT_TRANSACTIONS', 'soon']],
  },
  {
    code: 'fenced',
    advice:
      'another has taken over the transactional id, or the transaction took longer than its ' +
      'timeout: make sure that we still lead, then begin with a new producer',
    rows: [
      [47, 'INVALID_PRODUCER_EPOCH'],
      [49, 'INVALID_PRODUCER_ID_MAPPING'],
      [90, 'PRODUCER_FENCED'],
    ],
  },
  {
    code: 'unavailable',
    advice: 'it cannot answer now: ask again; if it goes on, look at the brokers and their disks',
    rows: [
      [-1, 'UNKNOWN_SERVER_ERROR'],
      [2, 'CORRUPT_MESSAGE'],
      [5, 'LEADER_NOT_AVAILABLE', 'leader'],
      [6, 'NOT_LEADER_OR_FOLLOWER', 'leader'],
      [7, 'REQUEST_TIMED_OUT'],
      [8, 'BROKER_NOT_AVAILABLE'],
      [9, 'REPLICA_NOT_AVAILABLE', 'leader'],
      [11, 'STALE_CONTROLLER_EPOCH'],
      [13, 'NETWORK_EXCEPTION'],
      [14, 'COORDINATOR_LOAD_IN_PROGRESS', 'coordinator'],
      [15, 'COORDINATOR_NOT_AVAILABLE', 'coordinator'],
      [16, 'NOT_COORDINATOR', 'coordinator'],
      [19, 'NOT_ENOUGH_REPLICAS', 'soon'],
      [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
      [41, 'NOT_CONTROLLER', 'leader'],
      [56, 'KAFKA_STORAGE_ERROR', 'leader'],
      [57, 'LOG_DIR_NOT_FOUND'],
      [60, 'REASSIGNMENT_IN_PROGRESS'],
      [70, 'FETCH_SESSION_ID_NOT_FOUND'],
      [71, 'INVALID_FETCH_SESSION_EPOCH'],
      [72, 'LISTENER_NOT_FOUND', 'leader'],
      [74, 'FENCED_LEADER_EPOCH', 'leader'],
      [75, 'UNKNOWN_LEADER_EPOCH', 'leader'],
      [77, 'STALE_BROKER_EPOCH'],
      [78, 'OFFSET_NOT_AVAILABLE', 'leader'],
      [80, 'PREFERRED_LEADER_NOT_AVAILABLE'],
      [83, 'ELIGIBLE_LEADERS_NOT_AVAILABLE'],
      [89, 'THROTTLING_QUOTA_EXCEEDED'],
      [101, 'DUPLICATE_BROKER_REGISTRATION'],
      [102, 'BROKER_ID_NOT_REGISTERED'],
      [106, 'FETCH_SESSION_TOPIC_ID_ERROR'],
      [107, 'INELIGIBLE_REPLICA'],
      [108, 'NEW_LEADER_ELECTED', 'leader'],
      [116, 'UNKNOWN_CONTROLLER_ID'],
      [119, 'INVALID_REGISTRATION'],
      [129, 'REBOOTSTRAP_REQUIRED', 'leader'],
    ],
  },
  {
    code: 'unavailable',
    advice: 'the transaction cannot go on, and what became of it is not known: read back',
    rows: [
      [45, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      [46, 'DUPLICATE_SEQUENCE_NUMBER'],
      [48, 'INVALID_TXN_STATE'],
      [52, 'TRANSACTION_COORDINATOR_FENCED'],
      [55, 'OPERATION_NOT_ATTEMPTED'],
      [59, 'UNKNOWN_PRODUCER_ID'],
      [105, 'TRANSACTIONAL_ID_NOT_FOUND'],
      [120, 'TRANSACTION_ABORTABLE'],
    ],
  },
  {
    // Of groups of consumers, share groups, streams groups, telemetry and the controllers' own.
    code: 'unavailable',
    advice: 'no question of ours is answered so: look at the log of the broker',
    rows: [
      [12, 'OFFSET_METADATA_TOO_LARGE'],
      [22, 'ILLEGAL_GENERATION'],
      [23, 'INCONSISTENT_GROUP_PROTOCOL'],
      [24, 'INVALID_GROUP_ID'],
      [25, 'UNKNOWN_MEMBER_ID'],
      [26, 'INVALID_SESSION_TIMEOUT'],
      [27, 'REBALANCE_IN_PROGRESS'],
      [28, 'INVALID_COMMIT_OFFSET_SIZE'],
      [68, 'NON_EMPTY_GROUP'],
      [69, 'GROUP_ID_NOT_FOUND'],
      [79, 'MEMBER_ID_REQUIRED'],
      [81, 'GROUP_MAX_SIZE_REACHED'],
      [82, 'FENCED_INSTANCE_ID'],
      [84, 'ELECTION_NOT_NEEDED'],
      [85, 'NO_REASSIGNMENT_IN_PROGRESS'],
      [86, 'GROUP_SUBSCRIBED_TO_TOPIC'],
      [88, 'UNSTABLE_OFFSET_COMMIT'],
      [91, 'RESOURCE_NOT_FOUND'],
      [92, 'DUPLICATE_RESOURCE'],
      [94, 'INCONSISTENT_VOTER_SET'],
      [95, 'INVALID_UPDATE_VERSION'],
      [96, 'FEATURE_UPDATE_FAILED'],
      [98, 'SNAPSHOT_NOT_FOUND'],
      [110, 'FENCED_MEMBER_EPOCH'],
      [111, 'UNRELEASED_INSTANCE_ID'],
      [112, 'UNSUPPORTED_ASSIGNOR'],
      [113, 'STALE_MEMBER_EPOCH'],
      [117, 'UNKNOWN_SUBSCRIPTION_ID'],
      [118, 'TELEMETRY_TOO_LARGE'],
      [121, 'INVALID_RECORD_STATE'],
      [122, 'SHARE_SESSION_NOT_FOUND'],
      [123, 'INVALID_SHARE_SESSION_EPOCH'],
      [124, 'FENCED_STATE_EPOCH'],
      [125, 'INVALID_VOTER_KEY'],
      [126, 'DUPLICATE_VOTER'],
      [127, 'VOTER_NOT_FOUND'],
      [128, 'INVALID_REGULAR_EXPRESSION'],
      [130, 'STREAMS_INVALID_TOPOLOGY'],
      [131, 'STREAMS_INVALID_TOPOLOGY_EPOCH'],
      [132, 'STREAMS_TOPOLOGY_FENCED'],
      [133, 'SHARE_SESSION_LIMIT_REACHED'],
    ],
  },
]

const meanings = new Map<number, Meaning>(
  rows.flatMap(({ code, advice, rows: own }) =>
    own.map(([number, name, stale]) => [number, { name, code, advice, stale }] as const),
  ),
)

export const NO_ERROR = 0
/** Every number but 0 has a meaning: those that newer brokers may have, too. */
export function meaningOf(number: number): Meaning {
  return (
    meanings.get(number) ?? {
      name: `error ${number}`,
      code: 'unavailable',
      advice: 'this version of Weir does not know the answer: look at the log of the broker',
    }
  )
}

/** The numbers that have a row of their own. */
export const knownNumbers: readonly number[] = [...meanings.keys()]
