package io.elasticjob.gateway.wire;

import io.elasticjob.codec.Json;
import io.elasticjob.text.VisibleText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is refused, told as RFC 9457 has it: with the status of the answer, a code for programs, and the key, the
 * value and the rule for people.
 */
public final class ProblemException extends RuntimeException {

    private static final int LONGEST_VALUE = 200;

    private final int status;
    private final String code;
    private final Map<String, Object> details = new LinkedHashMap<>();

    private ProblemException(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** 400: a member of the request cannot be used. */
    public static ProblemException invalid(String key, String value, String rule) {
        String shown = VisibleText.of(value, LONGEST_VALUE);
        return new ProblemException(400, "invalid", key + " \"" + shown + "\" " + rule)
                .with("key", key)
                .with("value", shown)
                .with("rule", rule);
    }

    /** 400: the body is no JSON object. */
    public static ProblemException unreadable(String why) {
        return new ProblemException(400, "unreadable", "The body cannot be read: " + why);
    }

    /** 400: the body did not arrive. */
    public static ProblemException late() {
        return unreadable("it did not arrive within " + WireLimits.BODY_ARRIVES.toSeconds() + " s");
    }

    /** 401: it is not known who asks. */
    public static ProblemException unauthenticated() {
        return new ProblemException(401, "unauthenticated", "The request carries no valid token or certificate");
    }

    /** 403: this caller may not do that. */
    public static ProblemException forbidden(String key, String value, String rule) {
        String shown = VisibleText.of(value, LONGEST_VALUE);
        return new ProblemException(403, "forbidden", key + " \"" + shown + "\" " + rule)
                .with("key", key)
                .with("value", shown)
                .with("rule", rule);
    }

    /** 404: no such worker is attached here. It attaches again, and says what it holds. */
    public static ProblemException notAttached(String worker) {
        return new ProblemException(
                404,
                "not-attached",
                "No worker \"" + VisibleText.of(worker, LONGEST_VALUE)
                        + "\" is attached to this gateway: attach again, and list in holds what still runs");
    }

    /** 404: nothing is served at this address. */
    public static ProblemException noSuchAddress() {
        return new ProblemException(404, "no-such-address", "Nothing is served at this address");
    }

    /** 405. */
    public static ProblemException methodNotAllowed(String method) {
        return new ProblemException(
                405, "method-not-allowed", "Nothing answers " + VisibleText.of(method, 20) + " at this address");
    }

    /** 409: a live process has this name. */
    public static ProblemException nameTaken(String name, long leaseMs) {
        return new ProblemException(
                        409,
                        "name-taken",
                        "A worker named \"" + VisibleText.of(name, LONGEST_VALUE)
                                + "\" is attached by another process: give each process a name of its own, or wait until"
                                + " that one is gone")
                .with("key", "name")
                .with("value", VisibleText.of(name, LONGEST_VALUE))
                .with("leaseMs", leaseMs);
    }

    /** 409: a worker that still holds executions cannot leave. */
    public static ProblemException stillHolds(List<String> ids) {
        return new ProblemException(
                        409, "still-holds", "The worker holds " + ids.size() + " executions: report their ends first")
                .with("holds", ids);
    }

    /** 413. */
    public static ProblemException tooLarge(int most) {
        return new ProblemException(413, "too-large", "The body is longer than " + most + " bytes")
                .with("mostBytes", most);
    }

    /** 429: as many are there as this gateway takes. */
    public static ProblemException tooMany(String what, int most, int retryAfterSeconds) {
        return new ProblemException(429, "too-many", "This gateway takes at most " + most + " " + what)
                .with("most", most)
                .with("retryAfterSeconds", retryAfterSeconds);
    }

    /**
     * 503: this gateway cannot reach ZooKeeper, or stops.
     *
     * @param leaseMs what is left of the worker's lease
     * @param gateways others that may take the worker
     */
    public static ProblemException cutOff(String why, long leaseMs, List<String> gateways) {
        return new ProblemException(503, "cut-off", why)
                .with("leaseMs", leaseMs)
                .with("gateways", gateways)
                .with("retryAfterSeconds", 1);
    }

    /** 502: the gateway that has the worker did not answer this one. It is asked again. */
    public static ProblemException notPassed(String why) {
        return new ProblemException(
                502,
                "not-passed",
                "The gateway that has this worker did not answer: " + VisibleText.of(why, LONGEST_VALUE));
    }

    /** 500: the gateway itself is at fault. */
    public static ProblemException failed() {
        return new ProblemException(500, "failed", "The gateway failed to answer; its log says why");
    }

    private ProblemException with(String name, Object value) {
        details.put(name, value);
        return this;
    }

    /** Of the answer, by HTTP. */
    public int status() {
        return status;
    }

    /** For programs; never changes for the same kind of problem. */
    public String code() {
        return code;
    }

    /** When it makes sense to ask again; null when only another request does. */
    public @Nullable Integer retryAfterSeconds() {
        return details.get("retryAfterSeconds") instanceof Integer seconds ? seconds : null;
    }

    /** As {@code application/problem+json}. */
    public byte[] toJson() {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "urn:elasticjob:problem:" + code);
        problem.put(
                "title",
                Character.toUpperCase(code.charAt(0)) + code.substring(1).replace('-', ' '));
        problem.put("status", status);
        problem.put("detail", String.valueOf(getMessage()));
        problem.put("code", code);
        problem.putAll(details);
        return Json.write(problem);
    }
}
