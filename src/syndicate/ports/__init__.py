"""What the verbs need of the rooms around them. Each Protocol belongs to its user and is small.

Promises that hold for all: times are aware and in UTC; every error is a `SyndicateError`; an object may be
used from several threads at once. Each method of a store is one transaction and none is handed out.
"""

from syndicate.ports.keeping import Candidate as Candidate
from syndicate.ports.keeping import Claim as Claim
from syndicate.ports.keeping import ClaimedDelivery as ClaimedDelivery
from syndicate.ports.keeping import Conclusion as Conclusion
from syndicate.ports.keeping import DeliveryView as DeliveryView
from syndicate.ports.keeping import FanOut as FanOut
from syndicate.ports.keeping import FeedMark as FeedMark
from syndicate.ports.keeping import FeedStore as FeedStore
from syndicate.ports.keeping import InterestedReader as InterestedReader
from syndicate.ports.keeping import KeptSnapshot as KeptSnapshot
from syndicate.ports.keeping import KnownResource as KnownResource
from syndicate.ports.keeping import Finding as Finding
from syndicate.ports.keeping import MissingDocument as MissingDocument
from syndicate.ports.keeping import Notice as Notice
from syndicate.ports.keeping import Outbox as Outbox
from syndicate.ports.keeping import Pace as Pace
from syndicate.ports.keeping import PlannedDelivery as PlannedDelivery
from syndicate.ports.keeping import Reading as Reading
from syndicate.ports.keeping import ResourcePlace as ResourcePlace
from syndicate.ports.keeping import Settlement as Settlement
from syndicate.ports.keeping import SnapshotState as SnapshotState
from syndicate.ports.keeping import SourceRecord as SourceRecord
from syndicate.ports.keeping import UpdateStore as UpdateStore
from syndicate.ports.keeping import WatchStore as WatchStore
from syndicate.ports.seeing import Archive as Archive
from syndicate.ports.seeing import DestinationStatus as DestinationStatus
from syndicate.ports.seeing import DocumentStatus as DocumentStatus
from syndicate.ports.seeing import DocumentView as DocumentView
from syndicate.ports.seeing import Latency as Latency
from syndicate.ports.seeing import RenderedFeed as RenderedFeed
from syndicate.ports.seeing import ResourceView as ResourceView
from syndicate.ports.seeing import Selection as Selection
from syndicate.ports.seeing import SourceView as SourceView
from syndicate.ports.seeing import StatusView as StatusView
from syndicate.ports.seeing import Step as Step
from syndicate.ports.seeing import UpdateHead as UpdateHead
from syndicate.ports.sending import ApiClient as ApiClient
from syndicate.ports.sending import ApiRequest as ApiRequest
from syndicate.ports.sending import ApiResponse as ApiResponse
from syndicate.ports.sending import Channel as Channel
from syndicate.ports.sending import Commit as Commit
from syndicate.ports.sending import Outcome as Outcome
from syndicate.ports.sending import Renderer as Renderer
from syndicate.ports.subscribing import Consent as Consent
from syndicate.ports.subscribing import Subscriber as Subscriber
from syndicate.ports.subscribing import Subscribers as Subscribers
from syndicate.ports.watching import Access as Access
from syndicate.ports.watching import Fetcher as Fetcher
from syndicate.ports.watching import FoundDocument as FoundDocument
from syndicate.ports.watching import Listed as Listed
from syndicate.ports.watching import Lister as Lister
from syndicate.ports.watching import Listing as Listing
from syndicate.ports.watching import ListingKind as ListingKind
from syndicate.ports.watching import NotModified as NotModified
from syndicate.ports.watching import Reader as Reader
from syndicate.ports.watching import ReadOptions as ReadOptions
from syndicate.ports.watching import Retrieved as Retrieved
from syndicate.ports.watching import SourceKind as SourceKind
from syndicate.ports.watching import Validators as Validators
