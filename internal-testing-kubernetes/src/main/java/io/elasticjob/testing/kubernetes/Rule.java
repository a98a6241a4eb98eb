package io.elasticjob.testing.kubernetes;

/**
 * What an object has to be like. The first group is what the API server refuses; the second it accepts, and nothing good
 * comes of it.
 */
public enum Rule {
    KIND("is of a kind and version that the API server has", "API reference, as of the model of the client library"),
    FIELDS(
            "has only fields that its kind has, of their types, each once",
            "API concepts, field validation: with fieldValidation=Strict, as kubectl asks, everything else is a 400"),
    NAME(
            "has a name in the form of its kind",
            "Object names and IDs; apimachinery, validation: DNS-1123 subdomain or label, DNS-1035 label for Services"),
    LABELS(
            "has labels and annotations in their form",
            "Labels and selectors, syntax: key of prefix/name, value up to 63 characters; annotations up to 256 KiB together"),
    SELECTOR(
            "selects, by labels, what its own template makes",
            "Deployments and StatefulSets, selector: 422 where it is empty or does not match the labels of the template"),
    STRATEGY(
            "can be rolled out",
            "Deployments, strategy: maxUnavailable and maxSurge are numbers or percentages and not both 0"),
    NUMBERS("has numbers within their bounds", "API reference: minimum of each field"),
    CONTAINERS(
            "has containers, each with a name of its own in the form of a DNS label and an image",
            "API reference, Container; core validation: image is required and has no blanks around it"),
    ENV(
            "has environment variables with a name and one source",
            "API reference, EnvVar: no '=' in a name, value or valueFrom; downward API: which fields there are"),
    PORTS(
            "has ports from 1 to 65535, each once, with names of up to 15 characters",
            "API reference, ContainerPort and ServicePort; IANA service names (RFC 6335)"),
    PROBES(
            "has probes with one handler each, within their bounds",
            "Configure probes: successThreshold is 1 but for readiness, which has no terminationGracePeriodSeconds"),
    LIFECYCLE(
            "has lifecycle handlers with one action each",
            "Container lifecycle hooks: a sleep lasts no longer than terminationGracePeriodSeconds"),
    RESOURCES(
            "has quantities in their form, and requests no larger than limits",
            "Resource management for pods and containers; apimachinery, resource.Quantity"),
    VOLUMES(
            "has volumes with one source each, and mounts each of them once, at a path of its own",
            "API reference, Volume and VolumeMount; core validation: mountPath has no ':' and is unique"),
    RESTART(
            "is restarted as its kind is",
            "Deployments and StatefulSets: a restartPolicy other than Always is a 422; Jobs: Never or OnFailure"),
    JOB(
            "has indexes, retries and a failure policy that go together",
            "Jobs, pod failure policy and backoff limit per index; what a server of 1.36 answered to each case"),
    SECURITY_CONTEXT(
            "does not contradict itself about its user",
            "Security context: runAsNonRoot with runAsUser 0 fails at the start of the container"),
    SPREAD("spreads its pods by a rule that can be kept", "Pod topology spread constraints: maxSkew is at least 1"),
    BUDGET("allows so many disruptions, or needs so many pods", "PodDisruptionBudget: minAvailable or maxUnavailable"),
    NETWORK_POLICY(
            "says from where and to what",
            "NetworkPolicy: policyTypes are Ingress and Egress; ipBlock goes with no selector; endPort needs a numeric port"),
    ACCESS(
            "allows verbs on resources, to subjects that are named",
            "RBAC: rules with verbs; a ServiceAccount needs its namespace; roleRef names a Role or ClusterRole"),
    CONFIG_DATA(
            "has keys that can be names of files, and up to 1 MiB", "ConfigMaps and Secrets: keys of [-._a-zA-Z0-9]+"),
    SERVICE("has ports, of a protocol, and a known type", "API reference, ServiceSpec"),
    CLAIM("claims storage in a mode of access", "Persistent volumes: accessModes and requests.storage are required"),
    CUSTOM_FIELDS(
            "has only fields that its custom resource has, and all that it needs",
            "KEDA, ScaledObject specification 2.17 and scaler metrics-api; Prometheus Operator, API reference 0.80"),

    TWICE("is there once", "kubectl apply: the last one wins"),
    REFERENCE(
            "is there, or is said to be made by somebody else",
            "Pods, Secrets and ConfigMaps: a pod waits for what it names"),
    SERVED(
            "has pods behind it, with the port that it names",
            "Service, targetPort: a name that no container has leads nowhere"),
    SELECTS("selects pods that there are", "PodDisruptionBudget and NetworkPolicy: an empty match does nothing"),
    DRAINABLE(
            "lets a node be drained",
            "Safely drain a node: a budget that never allows a disruption blocks it, and so do two budgets for a pod"),
    READABLE(
            "gets files that its user may read",
            "Security context, fsGroup; Secret volumes: files belong to root, or to the group of fsGroup"),
    HEADLESS("names a headless Service that selects its pods", "StatefulSets, stable network ID"),
    RESTRICTED(
            "keeps to the profile \"restricted\"",
            "Pod security standards, restricted: the namespace may enforce it by a label"),
    SERVICE_LINKS(
            "gets no variables of Services",
            "Accessing Services, environment variables: NAME_PORT of a Service can be read as a setting");

    private final String says;
    private final String source;

    Rule(String says, String source) {
        this.says = says;
        this.source = source;
    }

    /** What holds for an object that keeps it. */
    public String says() {
        return says;
    }

    /** Whether the API server refuses what breaks it. What breaks another one it accepts, and nothing good comes of it. */
    public boolean isRefused() {
        return compareTo(TWICE) < 0;
    }

    /** From which page of the documentation of Kubernetes, or of a custom resource, it is known. */
    public String source() {
        return source;
    }
}
