/** Every bound of what the group `meta` holds, by name. */

export const NODES_MAX = 64
/** As in a host name; whoever introduces a node is judged more closely. */
export const NODE_NAME_MAX = 63
/** Of a store's id, a zone, a host or an address. */
export const WORD_MAX = 256
/** Stores that were given up: the oldest is forgotten first. */
export const GIVEN_UP_MAX = 256

export const JOBS_MAX = 1000
/** Names of jobs that were dropped: the one that was dropped first is forgotten first. */
export const GRAVES_MAX = 1000
/** Of a job file, in characters, and of all together. */
export const TEXT_MAX = 256 * 1024
export const TEXTS_MAX = 4 * 1024 * 1024

export const STAGES_MAX = 32
/** A group owns a slot at least. */
export const PARTITIONS_MAX = 1024
export const OFFSETS_MAX = 10_000
export const OFFSETS_ALL_MAX = 100_000

/** Of all jobs; what one process was measured with are hundreds. */
export const GROUPS_MAX = 4096
export const REPLICAS_MAX = 7
/** Groups of one command. */
export const PLACED_MAX = 512

export const SETTINGS_MAX = 256
export const SETTING_KEY_MAX = 64
export const SETTING_VALUE_MAX = 1024

/** The whole state in bytes: what stands above, three bytes for a character, and some more. */
export const STATE_BYTES_MAX = 64 * 1024 * 1024
