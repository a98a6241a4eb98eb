package io.elasticjob.testing.kubernetes;

/**
 * What is wrong with an object.
 *
 * @param object kind and name
 * @param where path of the field, "" for the object as a whole
 */
public record Problem(String object, String where, Rule rule, String detail) {

    @Override
    public String toString() {
        return object + (where.isEmpty() ? "" : " " + where) + ": " + detail + " [" + rule + ": " + rule.says() + "; "
                + rule.source() + "]";
    }
}
