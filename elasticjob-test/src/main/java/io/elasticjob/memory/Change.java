package io.elasticjob.memory;

import io.elasticjob.registry.Read;

/**
 * One change of one node, as the ensemble applied it. Changes of one transaction share its id.
 *
 * @param zxid transaction id; never decreases from one change to the next
 */
public record Change(long zxid, String path, Read before, Read after) {}
