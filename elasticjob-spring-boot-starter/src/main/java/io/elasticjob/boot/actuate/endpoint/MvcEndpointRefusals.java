package io.elasticjob.boot.actuate.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.UrlPathHelper;

/** On Spring MVC, gives what is refused before the endpoint is asked the body that its own refusals have. */
public final class MvcEndpointRefusals implements HandlerExceptionResolver, Ordered {

    private final EndpointRefusals refusals;

    /** @param endpoints of this application, once they are known; null where there are none */
    public MvcEndpointRefusals(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.refusals = new EndpointRefusals(endpoints);
    }

    /** Before an application's own advice, which answers in its own way whatever it is for. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 10;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        String path = UrlPathHelper.defaultInstance.getPathWithinServletMapping(request);
        if (path.isEmpty()) {
            path = UrlPathHelper.defaultInstance.getPathWithinApplication(request);
        }
        EndpointRefusals.Refusal refusal =
                refusals.of(failure, request.getMethod(), path).orElse(null);
        if (refusal == null || response.isCommitted()) {
            return null;
        }
        try {
            response.setStatus(refusal.status().value());
            refusal.headers().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
            response.setContentType("application/json");
            byte[] body = refusal.body();
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            return new ModelAndView();
        } catch (IOException gone) {
            return null;
        }
    }
}
