-- The Merkle tree over the leaves of the log (docs/adr/0033). The head row holds its right edge: how many entries
-- are in it, and at most 64 hashes of 32 bytes. A log from before is taken in by the desk, in batches.
ALTER TABLE log_head ADD COLUMN tree_idx BIGINT NOT NULL DEFAULT 0;
ALTER TABLE log_head ADD COLUMN tree BLOB;
-- Inner nodes over 256, 65536, … leaves. No evidence: all of it can be computed from the leaves.
CREATE TABLE tree_node (
    level BIGINT NOT NULL,              -- 8, 16, 24 …: the node has 2^level leaves
    idx BIGINT NOT NULL,                -- its place among the nodes of its level, from 0
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
);
