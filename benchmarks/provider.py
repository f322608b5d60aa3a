"""The local cloud's `aws` provider, which here takes further properties too.

It refuses what a type does not have, and no type of its has as many properties as are measured.
"""

from __future__ import annotations

import grpc
from pulumi.runtime.proto import provider_pb2

from benchmarks.workload import FILLER
from local.cloud.aws import AWS
from local.cloud.provider import Servicer, serve


class Padded(Servicer):
    """Checks a resource without what fills it up, and hands that on with the rest."""

    def Check(  # noqa: N802  the protocol's name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check what the type has."""
        filler = {name: request.news.fields[name] for name in request.news.fields if FILLER in name}
        asked = provider_pb2.CheckRequest()
        asked.CopyFrom(request)
        for name in filler:
            del asked.news.fields[name]
        answer = super().Check(asked, context)
        if not answer.failures:
            for name, value in filler.items():
                answer.inputs.fields[name].CopyFrom(value)
        return answer


if __name__ == "__main__":
    serve(Padded(AWS))
