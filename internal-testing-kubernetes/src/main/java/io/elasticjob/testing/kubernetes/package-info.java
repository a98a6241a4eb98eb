/**
 * What Kubernetes' API server accepts, as far as our objects are concerned, without a cluster. {@link
 * io.elasticjob.testing.kubernetes.Rule} lists what is known, with the source of each rule; fields and their types come from
 * the model of the client library. What a cluster's admission controllers, quotas and versions refuse is not known here.
 */
@NullMarked
package io.elasticjob.testing.kubernetes;

import org.jspecify.annotations.NullMarked;
