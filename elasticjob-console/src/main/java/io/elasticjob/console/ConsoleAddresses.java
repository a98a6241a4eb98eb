package io.elasticjob.console;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * Where the console and the endpoint that it asks are, as the application has mapped them. Only ways from one to the other are
 * ever told: what stands before them in an address is the business of context paths and proxies.
 *
 * @param console path within the application
 * @param api address of the endpoint {@code elasticjob}, relative to a page right below the console
 */
record ConsoleAddresses(String console, String api) {

    static final EndpointId CONSOLE = EndpointId.of(ElasticJobConsoleEndpoint.ID);
    static final EndpointId API = EndpointId.of("elasticjob");

    static ConsoleAddresses of(PathMappedEndpoints endpoints) {
        String console = rootOf(endpoints, CONSOLE);
        String up = "../".repeat(console.split("/").length);
        return new ConsoleAddresses(endpoints.getBasePath() + "/" + console, up + rootOf(endpoints, API));
    }

    private static String rootOf(PathMappedEndpoints endpoints, EndpointId id) {
        String root = endpoints.getRootPath(id);
        return root == null ? id.toLowerCaseString() : root;
    }
}
